"""Makes forbidden calls by the numbers of the x32 ABI, which a careless filter doesn't know.

Expected: died.
"""

import ctypes
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        ctypes.CDLL(None).syscall(0x40000000 + 41, 2, 1, 0)
        print("GOT THROUGH")
        return np.nan_to_num(x)
