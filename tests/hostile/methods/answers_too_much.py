"""Returns an array larger than any answer may be.

Expected: answer.
"""

import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        return np.zeros((10**4, 10**3))
