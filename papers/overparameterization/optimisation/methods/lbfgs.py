"""L-BFGS with ten pairs and a backtracking line search; every point that the search looks at costs a gradient.

Source: Nocedal and Wright (2006), algorithms 3.1 and 7.4. Deterministic cases; on minibatches it only shows that it fails.
"""

import numpy as np

MEMORY = 10
OF_NETWORKS = 0.05
SUFFICIENT, SHRINK, SMALLEST = 1e-4, 0.3, 1e-10


class Method:
    def __init__(self, seed: int, device: str):
        pass

    def start(self, shapes: list, kinds: list, x0: list, info: dict) -> None:
        self.like, self.pairs = x0, []
        base = 1 / info["hessian_norm"] if np.isfinite(info["hessian_norm"]) else OF_NETWORKS
        self.rate = base * info["lr_multiplier"]  # of the first step only: later ones set their own length
        self.base = None  # the point from which the search goes: (x, loss, gradient)
        self.x = flat(x0)

    def step(self, loss: float, grads: list) -> list:
        g = flat(grads)
        if self.base is None:
            self.accept(loss, g)
        else:
            x, before, slope = self.base
            wanted = before + SUFFICIENT * self.length * (slope @ self.direction)
            if loss <= wanted or self.length < SMALLEST:
                self.remember(self.x - x, g - slope)
                self.accept(loss, g)
            else:
                self.length *= SHRINK
        self.x = self.base[0] + self.length * self.direction
        return unflat(self.x, self.like)

    def accept(self, loss, g):
        self.base = (self.x.copy(), loss, g)
        self.direction = -self.two_loops(g)
        self.length = 1.0 if self.pairs else self.rate

    def remember(self, s, y):
        if s @ y > 1e-12 * np.linalg.norm(s) * np.linalg.norm(y):
            self.pairs = [*self.pairs, (s, y)][-MEMORY:]

    def two_loops(self, g):
        q, weights = g.copy(), []
        for s, y in reversed(self.pairs):
            weights.append((s @ q) / (s @ y))
            q = q - weights[-1] * y
        if self.pairs:
            s, y = self.pairs[-1]
            q = q * (s @ y) / (y @ y)
        for (s, y), weight in zip(self.pairs, reversed(weights), strict=True):
            q = q + s * (weight - (y @ q) / (s @ y))
        return q


def flat(arrays):
    return np.concatenate([np.asarray(a, float).ravel() for a in arrays])


def unflat(x, like):
    sizes = np.cumsum([a.size for a in like])[:-1]
    return [part.reshape(a.shape).astype(a.dtype) for part, a in zip(np.split(x, sizes), like, strict=True)]
