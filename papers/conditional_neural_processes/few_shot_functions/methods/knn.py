"""Nearest neighbours: the mean of the nearest context points, those that lie equally far included, and their spread."""

import numpy as np

NEIGHBOURS = {"curves": 3, "images": 5}
LEAST = 0.2  # what is added to the spread: neighbours that agree may still be wrong


class Method:
    def __init__(self, seed, device):
        self.k = 3

    def fit(self, task):
        self.k = NEIGHBOURS[task["kind"]]

    def predict(self, xc, yc, xt):
        distance = ((xt[:, :, None] - xc[:, None]) ** 2).sum(axis=-1)  # (B, m, n)
        k = min(self.k, xc.shape[1])
        is_near = distance <= np.partition(distance, k - 1, axis=2)[..., k - 1 : k] * 1.0001
        weights = is_near / is_near.sum(axis=2, keepdims=True)
        mean = weights @ yc
        variance = np.maximum(weights @ yc**2 - mean**2, 0)
        return mean, np.sqrt(variance) + LEAST
