"""Gaussian weights: variance SIGMA_W2 over the fan-in, biases SIGMA_B2; None is the pair on the critical line.

With it, gradients keep their size on average, but single directions do not. 2 and 0 is He's rule, 1 and 0 Xavier's where a
layer has as many channels as the next. Sources: He and others (2015), Glorot and Bengio (2010), Xiao and others (2018).
"""

import numpy as np

SIGMA_W2 = None
SIGMA_B2 = None


class Method:
    def __init__(self, seed: int, device: str):
        self.rng = np.random.default_rng(seed)

    def init(self, spec: dict) -> tuple:
        depth, channels, pair = spec["depth"], spec["channels"], spec["critical"]
        sigma_w2 = pair["sigma_w2"] if SIGMA_W2 is None else SIGMA_W2
        sigma_b2 = pair["sigma_b2"] if SIGMA_B2 is None else SIGMA_B2
        weight = self.rng.standard_normal((depth, channels, channels, 3, 3), np.float32)
        weight *= np.float32(np.sqrt(sigma_w2 / (9 * channels)))
        bias = self.rng.standard_normal((depth, channels), np.float32) * np.float32(np.sqrt(sigma_b2))
        return weight, bias, 1.0
