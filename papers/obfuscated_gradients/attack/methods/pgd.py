"""Projected gradient descent on LOSS: at most 50 steps from a random start, each shorter than the one before.

An image leaves once it is misclassified, or once its margin no longer rises (`kit.fool`). It takes the gradient that autograd
gives, and so believes every defence. Where the victim is random all steps are taken, 2.5 eps / steps long, and may be more,
each along one draw: as many gradients as an expectation over draws has.
Source: Madry et al. (2018), section 2.1; the margin: Carlini and Wagner (2017), f_6.
"""

import torch

from papers.obfuscated_gradients import kit

STEPS = 50
RANDOM_STEPS = 50
RANDOM_KEEP = "best"  # or "last": of many noisy iterates the luckiest is no better
LOSS = "cross_entropy"  # or "margin", max_{j != y} z_j - z_y, which no scaling of the logits saturates


class Method:
    def __init__(self, seed, device):
        self.device, self.generator = device, torch.Generator().manual_seed(seed)

    def attack(self, victim, weights, x, y, norm, eps):
        net = kit.build(victim, weights, self.device)
        x, y = torch.tensor(x, device=self.device), torch.tensor(y, device=self.device)
        start = kit.random_start(x, norm=norm, eps=eps, generator=self.generator)
        loss = getattr(kit, LOSS)
        if not net.random:
            found = kit.fool(kit.sight(net, y, loss=loss), x, norm=norm, eps=eps, steps=STEPS, start=start)
            return found.cpu().numpy()
        mean = kit.objective(net, y, loss=loss, generator=self.generator)
        return kit.ascend(mean, x, norm=norm, eps=eps, steps=RANDOM_STEPS, start=start, keep=RANDOM_KEEP).cpu().numpy()
