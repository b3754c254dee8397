"""Puts a pipe that nobody writes into in the place of its own file, which is read for the lines of a traceback, and raises.

Expected: exception, limit.
"""

import os

import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        os.unlink(__file__)
        os.mkfifo(__file__)
        raise ValueError("look at my source")
