"""Ends with status 0 in the middle of a call.

Expected: died.
"""

import os
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        os._exit(0)
