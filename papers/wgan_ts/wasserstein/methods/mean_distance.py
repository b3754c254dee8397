"""The mean distance of all pairs: the cost of the plan that matches everybody with everybody, far above the least."""

import numpy as np
from scipy.spatial.distance import cdist


class Method:
    def __init__(self, seed: int, device: str):
        pass

    def fit(self, x: np.ndarray, y: np.ndarray, cost: str) -> float:
        return float(cdist(x, y, "cityblock" if cost == "l1" else "euclidean").mean())

    def potential(self, z: np.ndarray) -> np.ndarray:
        return np.zeros(len(z))
