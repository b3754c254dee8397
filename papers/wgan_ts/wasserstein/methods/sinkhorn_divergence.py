"""The Sinkhorn divergence: entropic transport less its bias, half the entropic self-distances.

    S(x, y) = OT_eps(x, y) - (OT_eps(x, x) + OT_eps(y, y)) / 2,  its potential f_xy - f_xx

Source: Feydy et al., Interpolating between Optimal Transport and MMD using Sinkhorn Divergences (2019). eps is EPSILON
of the mean cost; at most LARGEST points of each sample are used.
"""

import numpy as np

from papers.wgan_ts.kit import pairwise, soft_minimum

EPSILON = 0.05
ROUNDS, LARGEST = 300, 1_000


class Method:
    def __init__(self, seed: int, device: str):
        self.rng = np.random.default_rng(seed)

    def fit(self, x: np.ndarray, y: np.ndarray, cost: str) -> float:
        self.x, self.y = (self.rng.permutation(points)[:LARGEST] for points in (x, y))
        self.cost = cost
        self.eps = max(EPSILON * pairwise(self.x, self.y, cost).mean(), 1e-12)
        across, self.g_xy = self.entropic(self.x, self.y)
        along_x, self.g_xx = self.entropic(self.x, self.x)
        along_y, _ = self.entropic(self.y, self.y)
        return max(float(across - (along_x + along_y) / 2), 0.0)

    def entropic(self, x, y):
        """The dual value and the potential on y: (m,)."""
        kernel = np.exp(-pairwise(x, y, self.cost) / self.eps)
        u, v = np.ones(len(x)), np.ones(len(y))
        for _ in range(ROUNDS):
            u = len(y) / (kernel @ v)
            v = len(x) / (u @ kernel)
        f, g = self.eps * np.log(u), self.eps * np.log(v)
        return f.mean() + g.mean(), g

    def potential(self, z: np.ndarray) -> np.ndarray:
        return self.soft(z, self.y, self.g_xy) - self.soft(z, self.x, self.g_xx)

    def soft(self, z, y, g):
        return soft_minimum(pairwise(z, y, self.cost) - g, self.eps)
