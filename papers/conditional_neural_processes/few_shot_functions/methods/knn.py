"""Nearest neighbours: the mean of the nearest context points, and their spread."""

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
        nearest = np.argpartition(distance, k - 1, axis=2)[..., :k]
        values = np.take_along_axis(yc[:, None, :, 0], nearest, axis=2)
        return values.mean(axis=2)[..., None], values.std(axis=2)[..., None] + LEAST
