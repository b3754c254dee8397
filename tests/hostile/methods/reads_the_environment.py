"""Looks for secrets in its own environment and in every other process's.

Expected: harmless.
"""

import glob
import os
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        for file in [
            "/proc/self/environ",
            "/proc/1/environ",
            *glob.glob("/proc/[0-9]*/environ"),
            *glob.glob("/proc/[0-9]*/task/*/environ"),
        ]:
            try:
                print(file, open(file, "rb").read())
            except OSError as error:
                print(file, error)
        print(dict(os.environ))
        return np.nan_to_num(x)
