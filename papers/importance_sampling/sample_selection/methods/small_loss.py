"""A uniform batch of the candidates whose loss is not among the largest (after co-teaching, Han et al. 2018, with one network).

How many are left out is what co-teaching is told, the share of wrong labels. Nobody tells it here: it is the share of
candidates whose label the model contradicts, as it is at the end of the first steps, when the model knows the classes and not
yet the wrong labels by heart, and followed slowly from there. What is left out rises over these steps.
"""

import numpy as np

RATIO = 5
AVERAGES = 0.9, 0.998  # of the share that is contradicted: in the first steps, and later
MARGIN = 1.25  # times that share is left out
RISE = 0.1  # share of the budget over which leaving out begins
MOST = 0.7  # share that is left out


class Method:
    def __init__(self, seed: int, device: str) -> None:
        self.contradicted = 1.0
        self.steps = 0

    def prepare(self, info):
        self.b = info["batch"]
        self.n = min(RATIO * self.b, info["max_candidates"])
        self.rise = RISE * info["budget"] / (self.n + 3 * self.b)
        return 0, self.n

    def select(self, ids, labels, loss, score, logits, irreducible):
        self.steps += 1
        share = float((logits.argmax(axis=1) != labels).mean())
        average = AVERAGES[self.steps > self.rise]
        self.contradicted = average * self.contradicted + (1 - average) * share
        left_out = min(MARGIN * self.contradicted, MOST) * min(1.0, self.steps / self.rise)
        kept = max(self.b, round(len(loss) * (1 - left_out)))
        p = np.zeros(len(loss))
        p[np.argsort(loss, kind="stable")[:kept]] = 1 / kept
        return p, np.ones(len(p)), False

    def observe(self, ids, labels, loss, score):
        return self.n
