"""Orthogonal rows of the flattened kernel, a (C, 9 C) matrix, on the critical line: what libraries call orthogonal.

It is no orthogonal convolution, since the patches that it meets overlap. Source: Saxe and others (2014) for dense layers.
"""

import numpy as np


class Method:
    def __init__(self, seed: int, device: str):
        self.rng = np.random.default_rng(seed)

    def init(self, spec: dict) -> tuple:
        depth, channels, pair = spec["depth"], spec["channels"], spec["critical"]
        q, r = np.linalg.qr(self.rng.normal(size=(depth, 9 * channels, channels)))
        q *= np.sign(np.diagonal(r, axis1=1, axis2=2))[:, None]
        weight = np.sqrt(pair["sigma_w2"]) * q.transpose(0, 2, 1).reshape(depth, channels, channels, 3, 3)
        bias = self.rng.normal(0, np.sqrt(pair["sigma_b2"]), (depth, channels))
        return weight.astype(np.float32), bias.astype(np.float32), 1.0
