"""Returns a list that contains itself.

Expected: answer.
"""

import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        endless = []
        endless.append(endless)
        return endless
