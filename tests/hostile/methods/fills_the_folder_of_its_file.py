"""Writes beside its own file until the file system says no.

Expected: harmless.
"""

import os

import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        try:
            with open(os.path.dirname(__file__) + "/filling", "wb") as file:
                for _ in range(64):
                    file.write(bytes(1 << 20))
            print("GOT THROUGH: more than 64 MiB")
        except OSError as error:
            print(error)
        return np.nan_to_num(x)
