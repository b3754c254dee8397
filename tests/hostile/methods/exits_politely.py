"""Raises SystemExit, which most handlers let pass.

Expected: exception.
"""

import sys
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        sys.exit(0)
