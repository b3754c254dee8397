"""AdaGrad: each weight's step shrinks with the root of the sum of its squared gradients. Duchi, Hazan and Singer (2011)."""

import numpy as np

BASE, OF_NETWORKS = 0.1, 0.01
EPSILON = 1e-10


class Method:
    def __init__(self, seed: int, device: str):
        pass

    def start(self, shapes: list, kinds: list, x0: list, info: dict) -> None:
        base = BASE if np.isfinite(info["hessian_norm"]) else OF_NETWORKS
        self.x, self.rate, self.sums = x0, base * info["lr_multiplier"], [0 * x for x in x0]

    def step(self, loss: float, grads: list) -> list:
        self.sums = [total + g**2 for total, g in zip(self.sums, grads, strict=True)]
        self.x = [
            (x - self.rate * g / (np.sqrt(total) + EPSILON)).astype(x.dtype)
            for x, g, total in zip(self.x, grads, self.sums, strict=True)
        ]
        return self.x
