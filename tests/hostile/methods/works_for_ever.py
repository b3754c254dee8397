"""Computes without end, with every signal blocked.

Expected: limit.
"""

import signal
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
        while True:
            x = x * 1.0
