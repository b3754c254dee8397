"""A Gaussian kernel at each training point; its width has the best likelihood on left-out folds."""

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import logsumexp

FOLDS, LARGEST = 5, 2_000  # points that choose the width
WIDTHS = np.geomspace(0.003, 0.3, 25)


class Method:
    def __init__(self, seed: int, device: str):
        self.rng = np.random.default_rng(seed)

    def fit(self, x: np.ndarray) -> None:
        self.x = x
        some = self.rng.permutation(x)[:LARGEST]
        fold = np.arange(len(some)) % FOLDS
        squared = cdist(some, some, "sqeuclidean")
        squared[fold[:, None] == fold] = np.inf  # nobody vouches for its own fold
        self.width = max(WIDTHS, key=lambda h: likelihood(squared, h, x.shape[1]))

    def sample(self, count: int) -> np.ndarray:
        drawn = self.rng.choice(self.x, count)
        return np.clip(drawn + self.width * self.rng.normal(size=drawn.shape), 0, 1).astype(np.float32)


def likelihood(squared, h, d):
    """Mean log-likelihood of each point under the kernels of the others, up to a constant."""
    return logsumexp(-squared / (2 * h**2), axis=1).mean() - d * np.log(h)
