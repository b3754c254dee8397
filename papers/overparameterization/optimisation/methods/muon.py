"""Muon: momentum whose matrices are made orthogonal, so that every direction moves alike; Nesterov's look ahead.

A vector is a matrix of one row: its orthogonal form is the unit vector, and the step has a fixed length that falls to zero
over the budget. Biases and convolutions move by plain momentum. Source: Jordan and others (2024), the description of Muon.
Departs from it: the orthogonal factor by an exact singular value decomposition instead of Newton-Schulz steps.
"""

import numpy as np

MU = 0.95
BASE, OF_NETWORKS = 0.05, 0.02


class Method:
    def __init__(self, seed: int, device: str):
        pass

    def start(self, shapes: list, kinds: list, x0: list, info: dict) -> None:
        base = BASE if np.isfinite(info["hessian_norm"]) else OF_NETWORKS
        self.x, self.kinds, self.rate = x0, kinds, base * info["lr_multiplier"]
        self.budget, self.count, self.momentum = info["budget"], 0, [0 * x for x in x0]

    def step(self, loss: float, grads: list) -> list:
        rate = self.rate * max(1 - self.count / self.budget, 0)
        self.count += 1
        for i, g in enumerate(grads):
            self.momentum[i] = MU * self.momentum[i] + (1 - MU) * g
            ahead = MU * self.momentum[i] + (1 - MU) * g
            is_map = self.kinds[i] in ("vector", "matrix", "dense")
            self.x[i] = (self.x[i] - rate * (orthogonal(ahead) if is_map else ahead)).astype(g.dtype)
        return self.x


def orthogonal(m):
    if m.ndim == 1:
        return m / max(np.linalg.norm(m), 1e-300)
    u, _, vt = np.linalg.svd(m, full_matrices=False)
    return u @ vt * np.sqrt(max(1, m.shape[0] / m.shape[1]))
