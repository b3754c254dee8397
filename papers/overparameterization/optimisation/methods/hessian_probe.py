"""Reads the Hessian of a quadratic off d + 1 gradients, and jumps to its optimum; Newton steps by differences elsewhere.

What knowing that a function is quadratic is worth. On other functions it probes anew after every jump.
"""

import numpy as np

PROBE = 1e-3
DONE = 1e-8  # of the first gradient's length


class Method:
    def __init__(self, seed: int, device: str):
        pass

    def start(self, shapes: list, kinds: list, x0: list, info: dict) -> None:
        self.like, self.base = x0, np.concatenate([x.astype(float).ravel() for x in x0])
        self.first, self.is_done = 0.0, False
        self.begin()

    def begin(self):
        self.gradient, self.columns = None, []

    def step(self, loss: float, grads: list) -> list:
        g = np.concatenate([x.astype(float).ravel() for x in grads])
        if self.gradient is None:
            self.gradient = g
            self.first = self.first or np.linalg.norm(g)
            self.is_done = np.linalg.norm(g) < DONE * self.first
        else:
            self.columns.append((g - self.gradient) / PROBE)
        if len(self.columns) == len(self.base):
            hessian = np.array(self.columns)
            self.base = self.base - np.linalg.lstsq((hessian + hessian.T) / 2, self.gradient, rcond=1e-12)[0]
            self.begin()
            return self.shaped(self.base)
        probe = self.base.copy()
        if self.is_done:
            self.columns, self.gradient = [], None
            return self.shaped(probe)
        probe[len(self.columns)] += PROBE
        return self.shaped(probe)

    def shaped(self, x):
        sizes = np.cumsum([a.size for a in self.like])[:-1]
        return [part.reshape(a.shape).astype(a.dtype) for part, a in zip(np.split(x, sizes), self.like, strict=True)]
