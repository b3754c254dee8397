"""Steps along central differences of the margin, taken over the whole radius: asks the victim for answers only.

In every pixel where there are few, in random directions otherwise. It sees across steps and plateaus that have no gradient.
Source: Chen et al. (2017), zeroth-order optimisation; the step as wide as the ball follows Athalye, Carlini and Wagner
(2018), section 3.1: search where gradients fail.
"""

import torch

from papers.obfuscated_gradients import kit

STEPS, DIRECTIONS = 8, 64


class Method:
    def __init__(self, seed, device):
        self.device, self.generator = device, torch.Generator().manual_seed(seed)

    def attack(self, victim, weights, x, y, norm, eps):
        net = kit.build(victim, weights, self.device)
        x, y = torch.tensor(x, device=self.device), torch.tensor(y, device=self.device)
        self.ask = lambda at, y: kit.margin(net(at, self.generator), y)

        def objective(at):
            return self.ask(at, y), self.slope(at, y, norm, eps)

        with torch.no_grad():
            return kit.ascend(objective, x, norm=norm, eps=eps, steps=STEPS).cpu().numpy()

    def slope(self, at, y, norm, eps):
        """Sum over directions b of (m(at + h b) - m(at - h b)) b, h the radius."""
        basis = self.directions(at)
        h = eps if norm == "linf" else eps / basis[0].norm()
        labels = y.repeat_interleave(len(basis))
        up, down = (
            self.ask((at[:, None] + side * h * basis).clamp(0, 1).flatten(0, 1), labels).view(len(at), -1)
            for side in (1, -1)
        )
        return torch.einsum("nk,kchw->nchw", up - down, basis)

    def directions(self, at):
        pixels = at[0].numel()
        if pixels <= DIRECTIONS:
            basis = torch.eye(pixels)
        else:
            basis = (2 * torch.randint(0, 2, (DIRECTIONS, pixels), generator=self.generator) - 1).float()
        return basis.view(-1, *at.shape[1:]).to(at)
