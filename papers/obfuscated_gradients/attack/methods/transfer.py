"""Attack another net, trained on the same data, by PGD on the margin, and hope that the victim errs likewise.

It asks the victim nothing, so no defence can mislead it. Source: Papernot, McDaniel and Goodfellow (2016).
"""

import torch

from papers.obfuscated_gradients import kit

STEPS = 50


class Method:
    def __init__(self, seed, device):
        self.device, self.generator = device, torch.Generator().manual_seed(seed)

    def attack(self, victim, weights, x, y, norm, eps):
        net = kit.surrogate(x.shape[1:], self.device)
        x, y = torch.tensor(x, device=self.device), torch.tensor(y, device=self.device)
        start = kit.random_start(x, norm=norm, eps=eps, generator=self.generator)
        return (
            kit.ascend(kit.objective(net, y, loss=kit.margin), x, norm=norm, eps=eps, steps=STEPS, start=start)
            .cpu()
            .numpy()
        )
