"""Momentum: the gradient is taken where the momentum leads (Nesterov), or where the weights are (heavy ball).

v <- MU v - eta g(y), w <- w + v, y <- w + MU v; the evaluator is asked at y. Base step .3 / (largest eigenvalue at 0).
"""

import numpy as np

MU = 0.9
LOOK_AHEAD = True
BASE, OF_NETWORKS = 0.3, 0.02


class Method:
    def __init__(self, seed: int, device: str):
        pass

    def start(self, shapes: list, kinds: list, x0: list, info: dict) -> None:
        base = BASE / info["hessian_norm"] if np.isfinite(info["hessian_norm"]) else OF_NETWORKS
        self.rate = base * info["lr_multiplier"]
        self.w, self.v = [x.copy() for x in x0], [0 * x for x in x0]

    def step(self, loss: float, grads: list) -> list:
        self.v = [MU * v - self.rate * g for v, g in zip(self.v, grads, strict=True)]
        self.w = [w + v for w, v in zip(self.w, self.v, strict=True)]
        ahead = MU if LOOK_AHEAD else 0.0
        return [(w + ahead * v).astype(g.dtype) for w, v, g in zip(self.w, self.v, grads, strict=True)]
