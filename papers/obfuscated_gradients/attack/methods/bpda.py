"""BPDA: the true forward pass, and in the backward pass a smooth stand-in for every stage that hides its gradient.

The stand-in is the identity where a stage keeps the shape of images (rounding, projection, JPEG), softmax for
one-hot labels; for the thermometer code
clamp((L x - l + 1) / 2, 0, 1) on channel l, a ramp two levels wide about the bound. The paper's ramp, one level wide and
below the bound, leaves about 20 % of the digits right; this one 5 %.
Margin, 50 steps from the image itself and again from a random start.
Source: Athalye, Carlini and Wagner (2018), section 4.1; the thermometer's stand-in: section 5.1.1.
"""

import torch

from papers.obfuscated_gradients import kit

STEPS = 50


class Method:
    def __init__(self, seed, device):
        self.device, self.generator = device, torch.Generator().manual_seed(seed)

    def attack(self, victim, weights, x, y, norm, eps):
        net = kit.build(victim, weights, self.device)
        x, y = torch.tensor(x, device=self.device), torch.tensor(y, device=self.device)
        loss = kit.objective(through(net), y, loss=kit.margin, generator=self.generator)
        best, highest = x, loss(x)[0]
        for start in (x, kit.random_start(x, norm=norm, eps=eps, generator=self.generator)):
            found = kit.ascend(loss, x, norm=norm, eps=eps, steps=STEPS, start=start)
            best, highest = kit.better(best, highest, found, loss(found)[0])
        return best.cpu().numpy()


def through(net):
    """The victim's own values, with gradients."""

    def classify(x, generator):
        for stage in net.stages:
            if stage.kind in ("shattered", "loop"):
                x = kit.straight_through(stage(x, generator), stand_in(stage, x))
            else:
                x = stage(x, generator)
        return x

    return classify


def stand_in(stage, x):
    if x.dim() == 2:  # labels: one-hot of the largest logit
        return x.softmax(1)
    levels = getattr(stage, "levels", None)
    if levels is None:
        return x
    bounds = torch.arange(levels, device=x.device).view(-1, 1, 1)
    return ((x[:, :, None] * levels - bounds + 1) / 2).clamp(0, 1).flatten(1, 2)
