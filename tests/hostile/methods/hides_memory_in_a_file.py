"""Keeps memory in files that live in RAM and are never mapped.

Expected: limit, exception.
"""

import os
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        kept = []
        while True:
            kept.append(os.memfd_create("hidden"))
            for _ in range(64):
                os.write(kept[-1], bytes(1 << 20))
