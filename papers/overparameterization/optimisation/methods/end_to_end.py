"""The paper's end-to-end rule: what gradient descent on N balanced factors does to their product as its step goes to 0.

One output (Claim 2):  w <- w - eta |w|^(2 - 2/N) (g + (N - 1) Pr_w g),  Pr_w g = (w.g / |w|^2) w.
Several (Theorem 1):   W <- W - eta sum_j (W W^T)^((j-1)/N) G (W^T W)^((N-j)/N).
Source: Arora, Cohen and Hazan (2018). Networks use it for dense layers; the rest moves by plain gradients.
"""

import numpy as np

DEPTH = 2
PROJECTION = 1.0  # 0: without the term along w
OF_NETWORKS = 0.05


class Method:
    def __init__(self, seed: int, device: str):
        pass

    def start(self, shapes: list, kinds: list, x0: list, info: dict) -> None:
        base = 1 / info["hessian_norm"] if np.isfinite(info["hessian_norm"]) else OF_NETWORKS
        self.x, self.kinds, self.rate = x0, kinds, base * info["lr_multiplier"]

    def step(self, loss: float, grads: list) -> list:
        self.x = [
            (x - self.rate * RULES.get(kind, plain)(x, g)).astype(x.dtype)
            for x, g, kind in zip(self.x, grads, self.kinds, strict=True)
        ]
        return self.x


def plain(x, g):
    return g


def of_vector(w, g):
    square = w @ w
    if square == 0:
        return 0 * g
    along = PROJECTION * (DEPTH - 1) * (w @ g) / square * w
    return square ** (1 - 1 / DEPTH) * (g + along)


def of_matrix(w, g):
    u, s, vt = np.linalg.svd(w, full_matrices=False)
    total = np.zeros_like(g)
    for j in range(1, DEPTH + 1):
        left, right = (j - 1) / DEPTH, (DEPTH - j) / DEPTH
        if not PROJECTION and left > 0 and right > 0:
            continue
        part = g if left == 0 else (u * s ** (2 * left)) @ (u.T @ g)
        total += part if right == 0 else (part @ vt.T) * s ** (2 * right) @ vt
    return total


RULES = {"vector": of_vector, "matrix": of_matrix, "dense": of_matrix}
