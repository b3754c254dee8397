"""Raises an exception whose name, text and traceback are traps.

Expected: exception.
"""

import numpy as np


class Meta(type):
    @property
    def __name__(cls):
        raise SystemExit


class Trap(Exception, metaclass=Meta):
    def __str__(self):
        raise KeyboardInterrupt

    __repr__ = __str__

    @property
    def __traceback__(self):
        return 7


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        raise Trap
