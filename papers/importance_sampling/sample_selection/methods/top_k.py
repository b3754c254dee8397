"""The b candidates that are first in some order, unweighted: a biased choice.

By "loss": the largest. By "reducible": the largest loss minus that of a model trained on held-out samples (RHO-loss,
Mindermann et al. 2022). By "ease": the smallest.
"""

import numpy as np

RANKED_BY = "loss"
RATIO = 5  # candidates of a sample that is trained on
AUXILIARY_SHARE = 0.0  # of the budget, for the model trained on held-out samples


class Method:
    def __init__(self, seed: int, device: str) -> None:
        pass

    def prepare(self, info):
        self.b = info["batch"]
        self.n = min(RATIO * self.b, info["max_candidates"])
        return round(AUXILIARY_SHARE * info["budget"]), self.n

    def select(self, ids, labels, loss, score, logits, irreducible):
        value = loss - irreducible if RANKED_BY == "reducible" else -loss if RANKED_BY == "ease" else loss
        p = np.zeros(len(loss))
        p[np.argsort(-value, kind="stable")[: self.b]] = 1 / self.b
        return p, np.ones(len(p)), False

    def observe(self, ids, labels, loss, score):
        return self.n
