"""Square attack: random search that recolours one square at a time and keeps what raises the margin. Needs logits only.

For l2 the same squares, each projected back on the ball.
Source: Andriushchenko et al. (2020), algorithms 1 and 2; departs from it: the l2 variant has no moving windows.
"""

import torch

from papers.obfuscated_gradients import kit

QUERIES = 300
LARGEST = 0.3  # share of the picture that a square covers at first
HALVED_AT = (0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8)  # of the queries


class Method:
    def __init__(self, seed, device):
        self.device, self.generator = device, torch.Generator().manual_seed(seed)

    def attack(self, victim, weights, x, y, norm, eps):
        net = kit.build(victim, weights, self.device)
        x, y = torch.tensor(x, device=self.device), torch.tensor(y, device=self.device)
        with torch.no_grad():
            return self.search(lambda at: kit.margin(net(at, self.generator), y), x, norm, eps).cpu().numpy()

    def search(self, loss, x, norm, eps):
        n, channels, _, side = x.shape
        stripes = self.signs(n, channels, 1, side, like=x)
        best = kit.project(x + eps * stripes * self.size(x, norm), x, norm=norm, eps=eps)
        highest = loss(best)
        for query in range(1, QUERIES):
            d = self.recoloured(best - x, eps * self.size(x, norm), query / QUERIES)
            candidate = kit.project(x + d, x, norm=norm, eps=eps)
            best, highest = kit.better(best, highest, candidate, loss(candidate))
        return best

    def size(self, x, norm):
        """What a pixel gets, in eps: all of it for linf; for l2 more than an even share, the projection scales it."""
        return 1.0 if norm == "linf" else 3 / x[0].numel() ** 0.5

    def recoloured(self, d, height, progress):
        n, channels, _, side = d.shape
        share = LARGEST / 2 ** sum(progress > bound for bound in HALVED_AT)
        width = min(side, max(1, round((share * side * side) ** 0.5)))
        top, left = torch.randint(0, side - width + 1, (2, n, 1, 1, 1), generator=self.generator).to(d.device)
        row = torch.arange(side, device=d.device).view(1, 1, side, 1)
        column = torch.arange(side, device=d.device).view(1, 1, 1, side)
        inside = (row >= top) & (row < top + width) & (column >= left) & (column < left + width)
        return torch.where(inside, height * self.signs(n, channels, 1, 1, like=d), d)

    def signs(self, *shape, like):
        return (2 * torch.randint(0, 2, shape, generator=self.generator) - 1).to(like)
