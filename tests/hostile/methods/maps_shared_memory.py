"""Keeps memory in shared maps, which some limits don't count.

Expected: limit, exception.
"""

import mmap
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        kept = []
        while True:
            kept.append(mmap.mmap(-1, 1 << 24))
            kept[-1].write(b"x" * (1 << 24))
