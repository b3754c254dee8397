"""Raises an exception with a message of many megabytes.

Expected: exception, limit.
"""

import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        raise ValueError("x" * (40 << 20))
