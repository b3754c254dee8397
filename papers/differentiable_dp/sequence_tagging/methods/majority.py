"""The commonest tag everywhere."""

import numpy as np


class Method:
    def __init__(self, seed: int, device: str) -> None:
        pass

    def fit(self, task, tokens, tags):
        counts = np.bincount(np.concatenate(tags), minlength=task["tags"])
        self.tag, self.shares = int(counts.argmax()), counts / counts.sum()

    def predict(self, tokens):
        return [np.full(len(sequence), self.tag) for sequence in tokens]

    def marginals(self, tokens):
        return [np.tile(self.shares, (len(sequence), 1)) for sequence in tokens]
