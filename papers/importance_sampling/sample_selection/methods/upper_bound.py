"""Importance sampling by an upper bound of the gradient's norm, switched on while it pays (Katharopoulos and Fleuret 2018).

Of B candidates, b are drawn with replacement in proportion to G = |softmax - onehot|, and weighted by 1 / (B g). Scoring pays
where B + 3 b < 3 τ b, τ an average of the variance reduction that the scores promise.
"""

import numpy as np

SCORE = "bound"  # or "loss"
RATIO = 5  # B / b
THRESHOLD = None  # of τ; None: by the formula, (B + 3 b) / (3 b); 0: always on
AVERAGE = 0.9  # of τ
FLOOR = 0.01  # share of a uniform draw, which keeps weights below 100 and the estimate without bias


def tau_of(scores):
    """1 / sqrt(1 - |g - u|^2 / |g|^2) with g = scores / sum and u = 1 / n; 1 where all are 0."""
    g = np.asarray(scores, float)
    if g.sum() <= 0:
        return 1.0
    g = g / g.sum()
    return float(np.sqrt(len(g) * (g**2).sum()))


def drawn_by(scores):
    """Probabilities in proportion to the scores, floored."""
    g = np.asarray(scores, float)
    n = len(g)
    share = g / g.sum() if g.sum() > 0 else np.full(n, 1 / n)
    return (1 - FLOOR) * share + FLOOR / n


class Method:
    def __init__(self, seed: int, device: str) -> None:
        self.tau = 0.0
        self.is_scored = False

    def prepare(self, info):
        b = info["batch"]
        self.n = min(RATIO * b, info["max_candidates"])
        self.threshold = (self.n + 3 * b) / (3 * b) if THRESHOLD is None else THRESHOLD
        return 0, self.wanted()

    def wanted(self):
        self.is_scored = self.tau >= self.threshold
        return self.n if self.is_scored else 0

    def learn(self, scores):
        self.tau = AVERAGE * self.tau + (1 - AVERAGE) * tau_of(scores)

    def select(self, ids, labels, loss, score, logits, irreducible):
        scores = loss if SCORE == "loss" else score
        self.learn(scores)
        p = drawn_by(scores)
        return p, 1 / (len(p) * p), True

    def observe(self, ids, labels, loss, score):
        if not self.is_scored:
            self.learn(loss if SCORE == "loss" else score)
        return self.wanted()
