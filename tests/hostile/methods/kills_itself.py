"""Ends by a signal.

Expected: died.
"""

import os
import signal
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        os.kill(os.getpid(), signal.SIGKILL)
