"""The commonest tag everywhere."""

import numpy as np


class Method:
    def __init__(self, seed: int, device: str) -> None:
        pass

    def fit(self, task, tokens, tags):
        self.tag = int(np.bincount(np.concatenate(tags)).argmax())

    def predict(self, tokens):
        return [np.full(len(sequence), self.tag) for sequence in tokens]
