"""Returns a terabyte that takes eight bytes here: every stride is zero.

Expected: limit.
"""

import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        return np.lib.stride_tricks.as_strided(np.zeros(1), (1 << 37,), (0,))
