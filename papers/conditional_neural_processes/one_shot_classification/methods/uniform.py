"""All classes are equally probable."""

import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def fit(self, images, labels, task):
        self.ways = task["ways"]

    def predict_proba(self, support_x, support_y, query_x):
        return np.full((len(query_x), self.ways), 1 / self.ways)
