"""PGD on the margin max_{j != y} z_j - z_y, which no scaling of the logits saturates.

Source: Carlini and Wagner (2017), f_6; Madry et al. (2018).
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
        start = kit.random_start(x, norm=norm, eps=eps, generator=self.generator)
        loss = kit.objective(net, y, loss=kit.margin, generator=self.generator)
        return kit.ascend(loss, x, norm=norm, eps=eps, steps=STEPS, start=start).cpu().numpy()
