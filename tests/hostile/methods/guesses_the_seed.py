"""Draws with its own seed what the evaluator may have drawn.

Expected: harmless.
"""

import numpy as np


class Method:
    def __init__(self, seed, device):
        self.seed = seed

    def impute(self, x, categorical):
        for seed in (self.seed, 0, 1, 2):
            guess = np.random.default_rng(seed).normal(size=x.shape)
            if np.allclose(guess[~np.isnan(x)], x[~np.isnan(x)], atol=1e-3):
                print("GOT THROUGH", seed)
        return np.nan_to_num(x)
