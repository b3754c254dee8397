"""Fills the log.

Expected: limit.
"""

import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        while True:
            print("x" * 100_000)
