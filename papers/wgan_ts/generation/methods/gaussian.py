"""One Gaussian with the mean and covariance of the training points."""

import numpy as np


class Method:
    def __init__(self, seed: int, device: str):
        self.rng = np.random.default_rng(seed)

    def fit(self, x: np.ndarray) -> None:
        """Learn from x: (n, d) float32 in [0, 1]."""
        self.mean, self.covariance = x.mean(axis=0), np.cov(x.T)

    def sample(self, count: int) -> np.ndarray:
        """Return (count, d) float32 in [0, 1]."""
        drawn = self.rng.multivariate_normal(self.mean, self.covariance, count, method="eigh")
        return np.clip(drawn, 0, 1).astype(np.float32)
