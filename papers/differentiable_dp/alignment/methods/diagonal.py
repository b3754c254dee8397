"""A straight line from corner to corner, whatever is heard."""

import numpy as np


class Method:
    def __init__(self, seed: int, device: str) -> None:
        pass

    def fit(self, a, b, positions):
        pass

    def align(self, a, b):
        return np.linspace(0, len(a) - 1, len(b))
