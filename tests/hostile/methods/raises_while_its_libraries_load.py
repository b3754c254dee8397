"""Names a module that raises no ImportError but something odder: loaded ahead, its failure would look like ours.

Expected: import.
"""

import sklearn.tests.test_docstrings

import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        return np.nan_to_num(x)
