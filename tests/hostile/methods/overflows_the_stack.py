"""Recurses in C until the stack ends.

Expected: died, exception, limit.
"""

import sys
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        sys.setrecursionlimit(10**9)

        class Endless:
            def __getattr__(self, name):
                return getattr(self, name + "x" if len(name) < 3 else "a")

            def __repr__(self):
                return repr([self])

        return repr(Endless())
