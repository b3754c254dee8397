"""Closes all pipes behind the harness's back.

Expected: died.
"""

import os
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        os.closerange(0, 1024)
        return np.nan_to_num(x)
