"""Searches its own interpreter's frames and objects for the truth behind the missing cells.

Expected: harmless.
"""

import gc
import sys
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        frame = sys._getframe()
        while frame:
            print(frame.f_code.co_name, sorted(frame.f_locals))
            frame = frame.f_back
        for thing in gc.get_objects():
            if isinstance(thing, np.ndarray) and thing.shape == x.shape and not np.isnan(thing).any():
                print("GOT THROUGH", thing[:1])
        return np.nan_to_num(x)
