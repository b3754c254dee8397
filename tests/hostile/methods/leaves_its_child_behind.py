"""Ends, and leaves a child that holds the pipes and waits.

Expected: died.
"""

import os
import time
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        if os.fork() == 0:
            os.setsid()
            time.sleep(10**6)
        os._exit(7)
