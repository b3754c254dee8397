"""Keeps every descriptor that it can get.

Expected: exception.
"""

import os
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        kept = []
        while True:
            kept.append(os.open("/dev/null", os.O_RDONLY))
