"""Takes every pseudo-terminal that the machine has.

Expected: harmless.
"""

import os

import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        kept = []
        try:
            while len(kept) < 5000:
                kept.append(os.openpty())
            print("GOT THROUGH", len(kept))
        except OSError as error:
            print(len(kept), error)
        return np.nan_to_num(x)
