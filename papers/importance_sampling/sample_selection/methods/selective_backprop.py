"""Candidates drawn by the rank of their loss among those lately seen, to a power, unweighted (Jiang et al. 2019).

There a sample is kept or not, each by itself; here a batch is drawn with the same odds.
"""

from collections import deque

import numpy as np

RATIO = 5
POWER = 2.0
REMEMBERED = 1024  # losses


class Method:
    def __init__(self, seed: int, device: str) -> None:
        self.losses = deque(maxlen=REMEMBERED)

    def prepare(self, info):
        self.n = min(RATIO * info["batch"], info["max_candidates"])
        return 0, self.n

    def select(self, ids, labels, loss, score, logits, irreducible):
        self.losses.extend(loss.tolist())
        rank = np.searchsorted(np.sort(self.losses), loss, side="right") / len(self.losses)
        odds = rank**POWER
        return odds / odds.sum(), np.ones(len(loss)), True

    def observe(self, ids, labels, loss, score):
        return self.n
