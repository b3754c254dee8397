"""Puts an endless file in the place of its own, which is read for the lines of a traceback, and raises.

Expected: exception, limit, died.
"""

import os

import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        os.unlink(__file__)
        os.symlink("/dev/zero", __file__)
        raise ValueError("look at my source")
