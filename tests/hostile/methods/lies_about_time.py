"""Stops the clocks that it can reach, then works.

Expected: harmless.
"""

import time
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        sleep = time.sleep
        time.time = time.monotonic = time.perf_counter = time.process_time = lambda: 0.0
        sleep(0.2)
        return np.nan_to_num(x)
