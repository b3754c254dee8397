"""Writes noise into every descriptor.

Expected: answer.
"""

import os
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        for number in range(3, 256):
            try:
                os.write(number, os.urandom(1000))
            except OSError:
                pass
        return np.nan_to_num(x)
