"""Training points, drawn with replacement."""

import numpy as np


class Method:
    def __init__(self, seed: int, device: str):
        self.rng = np.random.default_rng(seed)

    def fit(self, x: np.ndarray) -> None:
        self.x = x

    def sample(self, count: int) -> np.ndarray:
        return self.rng.choice(self.x, count)
