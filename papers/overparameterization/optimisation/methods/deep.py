"""Gradient descent, or Adam, on the factors of W = W_N ... W_1, which are balanced at the start.

With G = dL/dW the factors' gradients are dL/dW_j = (W_N .. W_{j+1})^T G (W_{j-1} .. W_1)^T. The start W = U S V^T is split
into W_1 = S^{1/N} V^T, S^{1/N} between, W_N = U S^{1/N}, so that W_{j+1}^T W_{j+1} = W_j W_j^T. Convolutions and biases stay
as they are. Source: Arora, Cohen and Hazan (2018), section 3.
"""

import numpy as np

DEPTH = 2
WIDTH = 0  # hidden units; 0: as many as the smaller side of W
ADAM = False
OF_NETWORKS = 0.05  # the step of gradient descent where no Hessian is known
OF_ADAM, OF_ADAM_IN_NETWORKS = 0.05, 0.001
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


class Method:
    def __init__(self, seed: int, device: str):
        self.rng = np.random.default_rng(seed)

    def start(self, shapes: list, kinds: list, x0: list, info: dict) -> None:
        is_convex = np.isfinite(info["hessian_norm"])
        base = 1 / info["hessian_norm"] if is_convex else OF_NETWORKS
        if ADAM:
            base = OF_ADAM if is_convex else OF_ADAM_IN_NETWORKS
        self.rate, self.count = base * info["lr_multiplier"], 0
        self.shapes, self.types = [x.shape for x in x0], [x.dtype for x in x0]
        self.factors = [
            self.split(x) if kind in ("vector", "matrix", "dense") else [x] for x, kind in zip(x0, kinds, strict=True)
        ]
        self.first, self.second = ([[0 * w for w in factors] for factors in self.factors] for _ in range(2))

    def split(self, x):
        u, s, vt = np.linalg.svd(np.atleast_2d(x), full_matrices=False)
        width = max(WIDTH, len(s)) or len(s)
        root = np.zeros((width, width), x.dtype)
        root[range(len(s)), range(len(s))] = s ** (1 / DEPTH)
        narrow, tall = root[:, : len(s)], root[: len(s)]
        return [narrow @ vt, *[root.copy() for _ in range(DEPTH - 2)], u @ tall]

    def step(self, loss: float, grads: list) -> list:
        self.count += 1
        for factors, first, second, g in zip(self.factors, self.first, self.second, grads, strict=True):
            slopes = slopes_of(factors, g.reshape(factors[-1].shape[0], -1)) if len(factors) > 1 else [g]
            for j, slope in enumerate(slopes):
                factors[j] = factors[j] - self.rate * self.direction(slope, first, second, j)
        return [
            (factors[0] if len(factors) == 1 else product(factors)).reshape(shape).astype(kind)
            for factors, shape, kind in zip(self.factors, self.shapes, self.types, strict=True)
        ]

    def direction(self, slope, first, second, j):
        if not ADAM:
            return slope
        first[j] = BETA1 * first[j] + (1 - BETA1) * slope
        second[j] = BETA2 * second[j] + (1 - BETA2) * slope**2
        mean, square = first[j] / (1 - BETA1**self.count), second[j] / (1 - BETA2**self.count)
        return mean / (np.sqrt(square) + EPSILON)


def product(factors):
    result = factors[0]
    for factor in factors[1:]:
        result = factor @ result
    return result


def slopes_of(factors, g):
    """dL/dW_j for every factor, from what lies below and above it."""
    below = [None]  # W_{j-1} .. W_1
    for factor in factors[:-1]:
        below.append(factor if below[-1] is None else factor @ below[-1])
    slopes, above = [], g  # (W_N .. W_{j+1})^T G
    for factor, under in zip(reversed(factors), reversed(below), strict=True):
        slopes.append(above if under is None else above @ under.T)
        above = factor.T @ above
    return slopes[::-1]
