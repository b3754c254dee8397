"""The identity on the centre of every kernel, no bias: as if the hidden layers were not there.

The trivial optimum of signal propagation. All channels start apart from each other, so nothing has to break a symmetry.
"""

import numpy as np


class Method:
    def __init__(self, seed: int, device: str):
        pass

    def init(self, spec: dict) -> tuple:
        depth, channels = spec["depth"], spec["channels"]
        weight = np.zeros((depth, channels, channels, 3, 3), np.float32)
        weight[:, :, :, 1, 1] = np.eye(channels)
        return weight, np.zeros((depth, channels), np.float32), 1.0
