"""Fast gradient sign method: one step of full length on the cross-entropy.

Source: Goodfellow, Shlens and Szegedy (2015), equation in section 4.
"""

import torch

from papers.obfuscated_gradients import kit


class Method:
    def __init__(self, seed, device):
        self.device = device

    def attack(self, victim, weights, x, y, norm, eps):
        net = kit.build(victim, weights, self.device)
        x, y = torch.tensor(x, device=self.device), torch.tensor(y, device=self.device)
        _, gradient = kit.objective(net, y, loss=kit.cross_entropy)(x)
        return kit.project(x + eps * kit.steepest(gradient, norm), x, norm=norm, eps=eps).cpu().numpy()
