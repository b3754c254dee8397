"""Returns an array of objects, which careless formats unpickle.

Expected: answer.
"""

import numpy as np


class Trap:
    def __reduce__(self):
        return (print, ("GOT THROUGH",))


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        return np.array([[Trap()]], dtype=object)
