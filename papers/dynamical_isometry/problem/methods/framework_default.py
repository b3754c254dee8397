"""What a framework does unasked: weights and biases uniform between -1 and 1 over the root of the fan-in.

The weights' variance is a third of 1 / fan-in: deep in the ordered phase. Source: PyTorch's documentation of Conv2d.
"""

import numpy as np


class Method:
    def __init__(self, seed: int, device: str):
        self.rng = np.random.default_rng(seed)

    def init(self, spec: dict) -> tuple:
        depth, channels = spec["depth"], spec["channels"]
        bound = 1 / np.sqrt(9 * channels)
        weight = self.rng.uniform(-bound, bound, (depth, channels, channels, 3, 3))
        bias = self.rng.uniform(-bound, bound, (depth, channels))
        return weight.astype(np.float32), bias.astype(np.float32), 1.0
