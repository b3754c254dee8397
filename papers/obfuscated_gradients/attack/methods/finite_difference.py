"""Steps along central differences of the margin, taken over the whole radius: asks the victim for answers only.

Source: Chen et al. (2017), zeroth-order optimisation; Athalye, Carlini and Wagner (2018), section 3.1: search where
gradients fail; `kit.difference_slope` has the differences.
"""

import torch

from papers.obfuscated_gradients import kit

STEPS = 8


class Method:
    def __init__(self, seed, device):
        self.device, self.generator = device, torch.Generator().manual_seed(seed)

    def attack(self, victim, weights, x, y, norm, eps):
        net = kit.build(victim, weights, self.device)
        x, y = torch.tensor(x, device=self.device), torch.tensor(y, device=self.device)

        def margin(at, labels):
            return kit.margin(net(at, self.generator), labels)

        def objective(at):
            return margin(at, y), kit.difference_slope(margin, at, y, norm=norm, eps=eps, generator=self.generator)

        with torch.no_grad():
            return kit.ascend(objective, x, norm=norm, eps=eps, steps=STEPS).cpu().numpy()
