"""Knows no context: N(0, 1) for curves, each pixel's mean and deviation over the training images."""

import numpy as np


class Method:
    def __init__(self, seed, device):
        self.images = None

    def fit(self, task):
        self.images = task["images"] if task["kind"] == "images" else None

    def predict(self, xc, yc, xt):
        if self.images is None:
            return np.zeros(xt.shape), np.ones(xt.shape)
        rows, columns = (xt * self.images.shape[1:3]).astype(int).transpose(2, 0, 1)
        mean, deviation = self.images.mean(axis=0), self.images.std(axis=0)
        return mean[rows, columns], deviation[rows, columns]
