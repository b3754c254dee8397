"""Each place by its own symbol or word alone: counts, with half a count added, which is what a softmax on it learns."""

from collections import defaultdict

import numpy as np

EXTRA = 0.5


class Method:
    def __init__(self, seed: int, device: str) -> None:
        pass

    def fit(self, task, tokens, tags):
        size = task["tags"]
        prior = np.bincount(np.concatenate(tags), minlength=size) + EXTRA
        self.unknown = prior / prior.sum()
        counts = defaultdict(lambda: np.zeros(size))
        for sequence, truth in zip(tokens, tags, strict=True):
            for token, tag in zip(sequence, truth, strict=True):
                counts[token][tag] += 1
        self.known = {token: (row + EXTRA) / (row + EXTRA).sum() for token, row in counts.items()}

    def marginals(self, tokens):
        return [np.array([self.known.get(token, self.unknown) for token in sequence]) for sequence in tokens]

    def predict(self, tokens):
        return [rows.argmax(1) for rows in self.marginals(tokens)]
