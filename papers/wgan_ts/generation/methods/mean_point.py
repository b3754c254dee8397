"""The mean of the training points, again and again."""

import numpy as np


class Method:
    def __init__(self, seed: int, device: str):
        pass

    def fit(self, x: np.ndarray) -> None:
        self.mean = x.mean(axis=0)

    def sample(self, count: int) -> np.ndarray:
        return np.tile(self.mean, (count, 1))
