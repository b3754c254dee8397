"""Projected gradient descent on LOSS: 50 steps of 2.5 eps / 50 from a random start.

It takes the gradient that autograd gives, and so believes every defence. Where the victim is random it may take more steps,
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
        loss = kit.objective(net, y, loss=getattr(kit, LOSS), generator=self.generator)
        steps, keep = (RANDOM_STEPS, RANDOM_KEEP) if net.random else (STEPS, "best")
        return kit.ascend(loss, x, norm=norm, eps=eps, steps=steps, start=start, keep=keep).cpu().numpy()
