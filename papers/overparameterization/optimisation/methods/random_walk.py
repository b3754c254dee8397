"""A Gaussian step of length .01, whatever the gradient says."""

import numpy as np

BASE = 0.01


class Method:
    def __init__(self, seed, device):
        self.rng = np.random.default_rng(seed)

    def start(self, shapes, kinds, x0, info):
        self.x, self.length = x0, BASE * info["lr_multiplier"]

    def step(self, loss, grads):
        steps = [self.rng.normal(size=x.shape) for x in self.x]
        norm = np.sqrt(sum((step**2).sum() for step in steps))
        self.x = [(x + self.length * step / norm).astype(x.dtype) for x, step in zip(self.x, steps, strict=True)]
        return self.x
