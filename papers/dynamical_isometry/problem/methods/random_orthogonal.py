"""Random orthogonal 3x3 kernels from wavelet theory, on the critical line.

Random projections P and Q of half the rank make a 2x2 kernel [[PQ, P(I-Q)], [(I-P)Q, (I-P)(I-Q)]] whose convolution is an
isometry; two of them convolved with each other make a 3x3 one, which a Haar matrix turns. Unlike delta-orthogonal ones,
these kernels have taps everywhere. Source: Xiao and others (2018), algorithm 1; Kautsky and Turcajova (1994).
Each 2x2 kernel is a column of the taps P and I - P and a row of Q and I - Q, one convolved with the other. Taking them one
after another costs half the products, and one tap of each is a difference.
"""

import numpy as np

SIDE = 3
AT_ONCE = 250  # layers: what they need stays near the processor


class Method:
    def __init__(self, seed: int, device: str):
        self.rng = np.random.default_rng(seed)

    def init(self, spec: dict) -> tuple:
        depth, channels, pair = spec["depth"], spec["channels"], spec["critical"]
        weight = np.empty((depth, channels, channels, SIDE, SIDE), np.float32)
        for first in range(0, depth, AT_ONCE):
            part = weight[first : first + AT_ONCE]
            part[:] = kernels(self.rng, len(part), channels)
        weight *= np.float32(np.sqrt(pair["sigma_w2"]))
        bias = self.rng.normal(0, np.sqrt(pair["sigma_b2"]), (depth, channels))
        return weight, bias.astype(np.float32), 1.0


def kernels(rng, count: int, channels: int):
    """Orthogonal convolutions: (count, C, C, 3, 3)."""
    kernel = haar(rng, count, channels)[:, None, None]
    for _ in range(SIDE - 1):
        kernel = widened(kernel, projections(rng, count, channels)).swapaxes(1, 2)  # by P, along the rows
        kernel = widened(kernel, projections(rng, count, channels)).swapaxes(1, 2)  # by Q, along the columns
    return kernel.transpose(0, 3, 4, 1, 2)


def projections(rng, count: int, channels: int):
    """Symmetric projections on random halves of the space: (count, C, C).

    The first half of a Haar matrix's columns spans what as many Gaussian ones do.
    """
    half, _ = np.linalg.qr(rng.standard_normal((count, channels, channels // 2), np.float32))
    return half @ half.transpose(0, 2, 1)


def widened(kernel, p):
    """The convolution with two taps, P and I - P: (count, m, n, C, C) -> (count, m + 1, n, C, C)."""
    kept = kernel @ p[:, None, None]
    rest = kernel - kept
    result = np.empty((len(kernel), kernel.shape[1] + 1, *kernel.shape[2:]), np.float32)
    result[:, 0], result[:, -1] = kept[:, 0], rest[:, -1]
    np.add(kept[:, 1:], rest[:, :-1], out=result[:, 1:-1])
    return result


def haar(rng, count: int, side: int):
    """So many orthogonal matrices, uniformly distributed: (count, side, side)."""
    q, r = np.linalg.qr(rng.standard_normal((count, side, side), np.float32))
    return q * np.sign(np.diagonal(r, axis1=1, axis2=2))[:, None]
