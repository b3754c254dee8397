"""Returns an object that claims to be an array, until it is used.

Expected: answer, exception.
"""

import numpy as np


class Liar:
    __class__ = np.ndarray
    dtype = np.dtype("f4")
    shape = (2**31, 2**31)
    ndim = 2
    size = 1

    def __array__(self, *args, **kwargs):
        return np.array([object()], dtype=object)


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        return Liar()
