"""Stops its process, so that nothing in it can react.

Expected: limit.
"""

import os
import signal
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        os.kill(os.getpid(), signal.SIGSTOP)
