"""Returns an array whose class lies about its shape and kind while it is written.

Expected: harmless, exception, answer.
"""

import numpy as np


class Chameleon(np.ndarray):
    shape = property(lambda self: (1 << 40,))
    nbytes = property(lambda self: -1)

    def __array__(self, *_, **__):
        raise SystemExit(0)

    def __reduce__(self):
        raise SystemExit(0)


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        return np.ones((2, 2)).view(Chameleon)
