"""Reparameterisation: what a projecting defence lets through are the images h(z) of its decoder, so attack over z.

Adam on z, from the code of x, minimises |h(z) - x| beyond the ball plus a hinge on the margin of the net behind it; the
image found is projected on the ball around x. Victims without a decoder are attacked by PGD on the margin.
Source: Athalye, Carlini and Wagner (2018), section 4.3.
"""

import torch

from papers.obfuscated_gradients import kit

STEPS, RATE, WEIGHT = 150, 0.1, 0.05
PGD_STEPS = 50


class Method:
    def __init__(self, seed, device):
        self.device, self.generator = device, torch.Generator().manual_seed(seed)

    def attack(self, victim, weights, x, y, norm, eps):
        net = kit.build(victim, weights, self.device)
        x, y = torch.tensor(x, device=self.device), torch.tensor(y, device=self.device)
        if not hasattr(net.stages[0], "decoder"):
            start = kit.random_start(x, norm=norm, eps=eps, generator=self.generator)
            loss = kit.objective(net, y, loss=kit.margin, generator=self.generator)
            return kit.ascend(loss, x, norm=norm, eps=eps, steps=PGD_STEPS, start=start).cpu().numpy()
        return self.over_codes(net, x, y, norm, eps).cpu().numpy()

    def over_codes(self, net, x, y, norm, eps):
        projection, behind = net.stages[0], net.stages[1:]
        measure = kit.objective(net, y, loss=kit.margin)
        best, highest = x, measure(x)[0]
        z = projection.encode(x).detach().requires_grad_(True)
        adam = torch.optim.Adam([z], lr=RATE)
        for step in range(STEPS):
            image = projection.decode(z, like=x)
            logits = image
            for stage in behind:
                logits = stage(logits)
            outside = (image - kit.project(image, x, norm=norm, eps=eps)).flatten(1).square().sum(1)
            hinge = (0.5 - kit.margin(logits, y)).clamp_min(0)
            adam.zero_grad()
            (outside + WEIGHT * hinge).sum().backward()
            adam.step()
            if step % 10 == 9:
                found = kit.project(image.detach(), x, norm=norm, eps=eps)
                best, highest = kit.better(best, highest, found, measure(found)[0])
        return best
