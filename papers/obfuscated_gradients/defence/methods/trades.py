"""TRADES: cross-entropy on clean images plus BETA times the divergence between clean and attacked answers.

min_net L(f(x), y) + BETA max_{x' in the ball} KL(p(x) || p(x')). The inner maximum by four steps.
Source: Zhang et al. (2019), equation 5 and algorithm 1; departs from it: BETA, four steps, a small net.
"""

import torch
from torch.nn import functional

from papers.obfuscated_gradients import kit

EPOCHS, STEPS, BETA, BATCH, CLAIM = 25, 4, 4.0, 64, 0.35


class Method(kit.Defence):
    def train(self, x, y, norm, eps):
        self.net = kit.small_net(x).to(self.device)
        adam = torch.optim.Adam(self.net.parameters(), lr=1e-3)
        for _ in range(EPOCHS if len(x) < 10_000 else 3):
            for rows in torch.randperm(len(y)).to(y.device).split(BATCH):
                clean = x[rows]
                other = self.most_different(clean, norm, eps)
                loss = functional.cross_entropy(self.net(clean), y[rows])
                loss = loss + BETA * divergence(self.net(other), self.net(clean)).mean()
                adam.zero_grad()
                loss.backward()
                adam.step()
        self.net.requires_grad_(False)
        return CLAIM

    def most_different(self, x, norm, eps):
        with torch.no_grad():
            clean = self.net(x)

        def at(point):
            point = point.detach().requires_grad_(True)
            value = divergence(self.net(point), clean)
            return value.detach(), torch.autograd.grad(value.sum(), point)[0]

        start = kit.random_start(x, norm=norm, eps=eps)
        return kit.ascend(at, x, norm=norm, eps=eps, steps=STEPS, start=start, keep="last")

    def forward(self, x, generator):
        return self.net(x)


def divergence(attacked, clean):
    """KL(p_clean || p_attacked) of each image."""
    p, q = clean.log_softmax(1), attacked.log_softmax(1)
    return (p.exp() * (p - q)).sum(1)
