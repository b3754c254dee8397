"""Expectation over transformation: every step follows the mean gradient over 20 fresh draws of the victim's randomness.

Margin, 50 steps from a random start; where the victim is not random, one draw is the mean.
Source: Athalye, Carlini and Wagner (2018), section 4.2; Athalye et al. (2018), equation 1.
"""

import torch

from papers.obfuscated_gradients import kit

STEPS, DRAWS = 50, 20


class Method:
    def __init__(self, seed, device):
        self.device, self.generator = device, torch.Generator().manual_seed(seed)

    def attack(self, victim, weights, x, y, norm, eps):
        net = kit.build(victim, weights, self.device)
        x, y = torch.tensor(x, device=self.device), torch.tensor(y, device=self.device)
        start = kit.random_start(x, norm=norm, eps=eps, generator=self.generator)
        draws = DRAWS if net.random else 1
        loss = kit.objective(net, y, loss=kit.margin, draws=draws, generator=self.generator)
        keep = "last" if net.random else "best"
        return kit.ascend(loss, x, norm=norm, eps=eps, steps=STEPS, start=start, keep=keep).cpu().numpy()
