"""Random orthogonal 3x3 kernels from wavelet theory, on the critical line.

Random projections P and Q of half the rank make a 2x2 kernel [[PQ, P(I-Q)], [(I-P)Q, (I-P)(I-Q)]] whose convolution is an
isometry; two of them convolved with each other make a 3x3 one, which a Haar matrix turns. Unlike delta-orthogonal ones,
these kernels have taps everywhere. Source: Xiao and others (2018), algorithm 1; Kautsky and Turcajova (1994).
"""

import numpy as np

SIDE = 3


class Method:
    def __init__(self, seed: int, device: str):
        self.rng = np.random.default_rng(seed)

    def init(self, spec: dict) -> tuple:
        depth, channels, pair = spec["depth"], spec["channels"], spec["critical"]
        kernel = block(self.rng, depth, channels)
        for _ in range(SIDE - 2):
            kernel = convolved(kernel, block(self.rng, depth, channels))
        turned = haar(self.rng, depth, channels)[:, None, None] @ kernel  # (L, 3, 3, C, C)
        weight = np.sqrt(pair["sigma_w2"]) * turned.transpose(0, 3, 4, 1, 2)
        bias = self.rng.normal(0, np.sqrt(pair["sigma_b2"]), (depth, channels))
        return weight.astype(np.float32), bias.astype(np.float32), 1.0


def block(rng, count: int, channels: int):
    """2x2 kernels: (count, 2, 2, C, C)."""
    (p, not_p), (q, not_q) = projections(rng, count, channels), projections(rng, count, channels)
    rows = [np.stack([left @ q, left @ not_q], axis=1) for left in (p, not_p)]
    return np.stack(rows, axis=1)


def projections(rng, count: int, channels: int):
    """Symmetric projections on random halves of the space, and what they leave."""
    half = haar(rng, count, channels)[:, :, : channels // 2]
    p = half @ half.transpose(0, 2, 1)
    return p, np.eye(channels) - p


def convolved(a, b):
    """The kernel of one convolution after the other: sizes m and n give m + n - 1."""
    m, n = a.shape[1], b.shape[1]
    result = np.zeros((len(a), m + n - 1, m + n - 1, *a.shape[3:]))
    for row in range(n):
        for column in range(n):
            result[:, row : row + m, column : column + m] += a @ b[:, row, column][:, None, None]
    return result


def haar(rng, count: int, side: int):
    """So many orthogonal matrices, uniformly distributed: (count, side, side)."""
    q, r = np.linalg.qr(rng.normal(size=(count, side, side)))
    return q * np.sign(np.diagonal(r, axis1=1, axis2=2))[:, None]
