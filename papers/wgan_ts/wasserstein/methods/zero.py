"""No distance and a flat potential: accuracy 0, except where duality alone lifts it (nearest neighbours)."""

import numpy as np


class Method:
    def __init__(self, seed: int, device: str):
        pass

    def fit(self, x: np.ndarray, y: np.ndarray, cost: str) -> float:
        """Return an estimate of W1 between the distributions behind x: (n, d) and y: (m, d)."""
        return 0.0

    def potential(self, z: np.ndarray) -> np.ndarray:
        """Return f at z: (k, d) -> (k,), as 1-Lipschitz as you can, with W1 = mean f over x - mean f over y."""
        return np.zeros(len(z))
