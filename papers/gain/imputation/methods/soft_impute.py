"""SoftImpute: a low-rank table by soft-thresholded singular values, the threshold chosen on held-back cells.

min over Z of 1/2 sum_observed (x - z)^2 + t ||Z||_*, solved by Z <- S_t(observed x + missing Z).
Source: Mazumder, Hastie and Tibshirani (2010), algorithm 1, with warm starts along decreasing thresholds.
"""

import numpy as np

THRESHOLDS = 10
ROUNDS = 60
HELD_BACK = 0.1


class Method:
    def __init__(self, seed: int, device: str):
        self.rng = np.random.default_rng(seed)

    def impute(self, x: np.ndarray, categorical: np.ndarray) -> np.ndarray:
        mean, spread = np.nanmean(x, axis=0), np.nanstd(x, axis=0)
        spread[spread == 0] = 1
        z = ((x - mean) / spread).astype(np.float64)
        known = ~np.isnan(z)
        tested = known & (self.rng.random(z.shape) < HELD_BACK)
        path = np.linalg.norm(np.where(known, z, 0), 2) * np.geomspace(0.9, 0.01, THRESHOLDS)
        errors = [np.mean((filled[tested] - z[tested]) ** 2) for filled in solutions(z, known & ~tested, path)]
        *_, filled = solutions(z, known, path[: int(np.argmin(errors)) + 1])
        return (np.where(known, z, filled) * spread + mean).astype(np.float32)


def solutions(z, known, thresholds):
    """One completed table for each threshold."""
    filled = np.zeros_like(z)
    for threshold in thresholds:
        for _ in range(ROUNDS):
            u, s, v = np.linalg.svd(np.where(known, z, filled), full_matrices=False)
            following = (u * np.maximum(s - threshold, 0)) @ v
            change = np.linalg.norm(following - filled) / max(np.linalg.norm(filled), 1e-9)
            filled = following
            if change < 1e-4:
                break
        yield filled
