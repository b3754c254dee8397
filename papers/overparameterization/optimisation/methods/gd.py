"""Gradient descent: w <- w - eta g, eta = lr_multiplier / (largest eigenvalue of the Hessian at 0)."""

import numpy as np

OF_NETWORKS = 0.05  # the step where no Hessian is known


class Method:
    def __init__(self, seed: int, device: str):
        pass

    def start(self, shapes: list, kinds: list, x0: list, info: dict) -> None:
        base = 1 / info["hessian_norm"] if np.isfinite(info["hessian_norm"]) else OF_NETWORKS
        self.x, self.rate = x0, base * info["lr_multiplier"]

    def step(self, loss: float, grads: list) -> list:
        self.x = [(x - self.rate * g).astype(x.dtype) for x, g in zip(self.x, grads, strict=True)]
        return self.x
