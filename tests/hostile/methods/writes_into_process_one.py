"""Overwrites bubblewrap's own process, which may run as the same user.

Expected: harmless.
"""

import os
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        for path in ("/proc/1/mem", "/proc/1/task/1/mem", "/proc/1/oom_score_adj", "/proc/1/comm"):
            try:
                os.open(path, os.O_RDWR)
                print("GOT THROUGH", path)
            except OSError as error:
                print(path, error)
        return np.nan_to_num(x)
