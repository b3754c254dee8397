"""Overwrites the array that it was given, in case the evaluator shares it.

Expected: harmless.
"""

import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        filled = np.nan_to_num(x)
        x[:] = 7
        x.setflags(write=True)
        return filled
