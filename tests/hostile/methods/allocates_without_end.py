"""Keeps every byte that it can get.

Expected: limit.
"""

import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        kept = []
        while True:
            kept.append(bytearray(b"x" * (1 << 24)))
