"""Returns forty megabytes of text.

Expected: answer.
"""

import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        return ["x" * 100_000] * 400
