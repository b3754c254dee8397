"""The nearest drawing of each class, in pixels that are means over 2 x 2."""

import numpy as np

SHARPNESS = 20.0  # of the probabilities: in mean squared distances between drawings


def pooled(images):
    k, _, h, w = images.shape
    even = images[:, 0, : h // 2 * 2, : w // 2 * 2].reshape(k, h // 2, 2, w // 2, 2)
    return even.mean(axis=(2, 4)).reshape(k, -1)


class Method:
    def __init__(self, seed, device):
        pass

    def fit(self, images, labels, task):
        self.ways = task["ways"]

    def predict_proba(self, support_x, support_y, query_x):
        s, q = pooled(support_x), pooled(query_x)
        distance = ((q[:, None] - s[None]) ** 2).sum(axis=2)
        nearest = np.stack([distance[:, support_y == k].min(axis=1) for k in range(self.ways)], axis=1)
        score = -SHARPNESS * nearest / distance.mean()
        weights = np.exp(score - score.max(axis=1, keepdims=True))
        return weights / weights.sum(axis=1, keepdims=True)
