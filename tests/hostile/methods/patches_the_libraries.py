"""Replaces what numpy and the interpreter do, in case somebody else uses them.

Expected: answer, died.
"""

import builtins
import json
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        filled = np.nan_to_num(x)
        np.mean = np.sqrt = np.isnan = lambda *args, **kwargs: 0.0
        json.loads = json.dumps = None
        builtins.len = lambda thing: 0
        return filled
