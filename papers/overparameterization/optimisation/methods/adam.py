"""Adam: running means of the gradient and of its square, both freed of their start. Kingma and Ba (2015)."""

import numpy as np

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
BASE, OF_NETWORKS = 0.05, 0.001


class Method:
    def __init__(self, seed: int, device: str):
        pass

    def start(self, shapes: list, kinds: list, x0: list, info: dict) -> None:
        base = BASE if np.isfinite(info["hessian_norm"]) else OF_NETWORKS
        self.x, self.rate, self.count = x0, base * info["lr_multiplier"], 0
        self.means, self.squares = [0 * x for x in x0], [0 * x for x in x0]

    def step(self, loss: float, grads: list) -> list:
        self.count += 1
        for i, g in enumerate(grads):
            self.means[i] = BETA1 * self.means[i] + (1 - BETA1) * g
            self.squares[i] = BETA2 * self.squares[i] + (1 - BETA2) * g**2
            mean = self.means[i] / (1 - BETA1**self.count)
            square = self.squares[i] / (1 - BETA2**self.count)
            self.x[i] = (self.x[i] - self.rate * mean / (np.sqrt(square) + EPSILON)).astype(g.dtype)
        return self.x
