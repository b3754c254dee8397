"""Ends its process while it is imported.

Expected: died.
"""

import os
import numpy as np


os._exit(0)


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        return np.nan_to_num(x)
