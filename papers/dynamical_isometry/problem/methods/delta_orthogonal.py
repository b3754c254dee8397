"""Delta-orthogonal kernels: an orthogonal matrix on the centre, zero elsewhere, on the critical line.

H is Haar: the Q of a Gaussian matrix, each column times the sign of R's diagonal. A convolution with such a kernel is an
isometry that keeps every spatial Fourier mode. Source: Xiao and others (2018), algorithm 2.
"""

import numpy as np


class Method:
    def __init__(self, seed: int, device: str):
        self.rng = np.random.default_rng(seed)

    def init(self, spec: dict) -> tuple:
        depth, channels, pair = spec["depth"], spec["channels"], spec["critical"]
        weight = np.zeros((depth, channels, channels, 3, 3), np.float32)
        weight[:, :, :, 1, 1] = np.sqrt(pair["sigma_w2"]) * haar(self.rng, depth, channels)
        bias = self.rng.normal(0, np.sqrt(pair["sigma_b2"]), (depth, channels))
        return weight, bias.astype(np.float32), 1.0


def haar(rng, count: int, side: int):
    """So many orthogonal matrices, uniformly distributed: (count, side, side)."""
    q, r = np.linalg.qr(rng.normal(size=(count, side, side)))
    return q * np.sign(np.diagonal(r, axis1=1, axis2=2))[:, None]
