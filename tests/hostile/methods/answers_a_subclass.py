"""Returns an array of a subclass with its own ideas of arithmetic.

Expected: harmless.
"""

import numpy as np


class Odd(np.ndarray):
    def __eq__(self, other):
        return np.bool_(True)

    def __sub__(self, other):
        return self * 0

    def __array_ufunc__(self, *args, **kwargs):
        return 0.0

    def __reduce__(self):
        return (print, ("GOT THROUGH",))


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        return np.nan_to_num(x).view(Odd)
