"""Asks the kernel not to end it with its parent, and leaves the session.

Expected: harmless.
"""

import ctypes
import os
import time
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        libc = ctypes.CDLL(None)
        if os.fork() == 0:
            os.setsid()
            libc.prctl(1, 0, 0, 0, 0)
            libc.prctl(4, 0, 0, 0, 0)
            libc.prctl(36, 1, 0, 0, 0)
            time.sleep(10**6)
        return np.nan_to_num(x)
