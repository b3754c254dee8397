"""The paper's attack: BPDA where gradients are shattered or a loop hides them, EOT where the victim is random, or both.

Which one is read off the kinds of the victim's stages. Margin, 50 steps from the image itself and, unless random, again
from a random start; 20 draws a step. Without IS_AVERAGED it is BPDA alone: one draw, whatever the victim does.
The stand-in is the identity where a stage keeps the shape of images (rounding, projection, JPEG), softmax for one-hot
labels; for the thermometer code clamp((L x - l + 1) / 2, 0, 1) on channel l, a ramp two levels wide about the bound. The
paper's ramp, one level wide and below the bound, leaves about 20 % of the digits right; this one 5 %.
Source: Athalye, Carlini and Wagner (2018), section 4; the thermometer's stand-in: section 5.1.1.
"""

import torch

from papers.obfuscated_gradients import kit

STEPS, DRAWS = 50, 20
IS_AVERAGED = True


class Method:
    def __init__(self, seed, device):
        self.device, self.generator = device, torch.Generator().manual_seed(seed)

    def attack(self, victim, weights, x, y, norm, eps):
        net = kit.build(victim, weights, self.device)
        x, y = torch.tensor(x, device=self.device), torch.tensor(y, device=self.device)
        is_averaged = IS_AVERAGED and net.random
        draws = DRAWS if is_averaged else 1
        loss = kit.objective(through(net), y, loss=kit.margin, draws=draws, generator=self.generator)
        if is_averaged:  # the luckiest of noisy iterates is no better than the last
            return kit.ascend(loss, x, norm=norm, eps=eps, steps=STEPS, keep="last").cpu().numpy()
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
