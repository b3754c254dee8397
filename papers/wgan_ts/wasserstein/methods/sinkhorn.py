"""Sinkhorn, the entropy's weight EPSILON of the mean cost: the cost of its plan, and its soft potential.

    min over plans of sum P c + EPSILON mean(c) KL(P | a b);  f(z) = -eps log mean_j exp((g_j - c(z, y_j)) / eps)

A soft minimum of 1-Lipschitz functions is 1-Lipschitz. The plan is smeared, so its cost lies above the exact one.
Source: Cuturi (2013); Peyré and Cuturi (2019), chapter 4. At most LARGEST points of each sample are used.
"""

import numpy as np

from papers.wgan_ts.kit import pairwise, soft_minimum

EPSILON = 0.05
ROUNDS, LARGEST = 500, 1_000


class Method:
    def __init__(self, seed: int, device: str):
        self.rng = np.random.default_rng(seed)

    def fit(self, x: np.ndarray, y: np.ndarray, cost: str) -> float:
        x, self.y = (self.rng.permutation(points)[:LARGEST] for points in (x, y))
        self.cost = cost
        c = pairwise(x, self.y, cost)
        self.eps = max(EPSILON * c.mean(), 1e-12)
        u, self.v, kernel = scalings(c, self.eps)
        plan = u[:, None] * kernel * self.v / kernel.size
        return float((plan * c).sum())

    def potential(self, z: np.ndarray) -> np.ndarray:
        return soft_minimum(pairwise(z, self.y, self.cost) - self.eps * np.log(self.v), self.eps)


def scalings(c, eps):
    """u: (n,), v: (m,) with which u K v / (n m) has uniform margins, K = exp(-c / eps)."""
    kernel = np.exp(-c / eps)
    u, v = np.ones(len(c)), np.ones(c.shape[1])
    for _ in range(ROUNDS):
        u = len(v) / (kernel @ v)
        v = len(u) / (u @ kernel)
    return u, v, kernel
