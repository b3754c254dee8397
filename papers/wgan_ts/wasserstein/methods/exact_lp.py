"""The linear programme of all points, solved exactly, its potentials carried to new points.

    max sum_i a_i f_i - sum_j b_j g_j subject to f_i - g_j <= c_ij;    f(z) = min_j (c(z, y_j) + g_j)

Equally many points of equal weight are an assignment problem. Otherwise the plan is found by HiGHS among a few near
pairs, and pairs whose dual constraint is broken are added until none is (column generation): then no other pair could
help. Source: Peyré and Cuturi (2019), chapters 2, 3 and 5. Beyond LARGEST points a random part stands for all.
"""

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from papers.wgan_ts.kit import exact_potentials, pairwise

LARGEST = 5_000
NEAR = 8  # pairs of each point to begin with, and the most that a round adds to a row
TOLERANCE = 1e-9  # of the largest cost: a constraint broken by less counts as kept


class Method:
    def __init__(self, seed: int, device: str):
        self.rng = np.random.default_rng(seed)

    def fit(self, x: np.ndarray, y: np.ndarray, cost: str) -> float:
        x, self.y = self.part(x), self.part(y)
        self.cost = cost
        c = pairwise(x, self.y, cost)
        f, self.g = exact_potentials(c) if len(x) == len(self.y) else general_potentials(c)
        return max(float(f.mean() - self.g.mean()), 0.0)

    def part(self, points):
        return points if len(points) <= LARGEST else self.rng.choice(points, LARGEST, replace=False)

    def potential(self, z: np.ndarray) -> np.ndarray:
        return (pairwise(z, self.y, self.cost) + self.g).min(axis=1)


def general_potentials(c, a=None, b=None):
    """f: (n,), g: (m,) for costs c: (n, m) and positive weights a: (n,), b: (m,), uniform by default."""
    a = np.full(len(c), 1 / len(c)) if a is None else a
    b = np.full(c.shape[1], 1 / c.shape[1]) if b is None else b
    pairs = nearest(c) | nearest(c.T).T | staircase(a, b)
    while True:
        f, g = restricted(c, a, b, pairs)
        slack = c - f[:, None] + g
        broken = slack < -TOLERANCE * c.max()
        if not broken.any():
            return f, g
        pairs |= broken & nearest(slack)


def restricted(c, a, b, pairs):
    """Duals of the transport problem whose plan may use only these pairs: (n, m) bool."""
    rows, columns = np.nonzero(pairs)
    edge, one = np.arange(len(rows)), np.ones(len(rows))
    margins = csr_matrix((np.r_[one, one], (np.r_[rows, len(a) + columns], np.r_[edge, edge])))
    found = linprog(c[rows, columns], A_eq=margins, b_eq=np.r_[a, b], method="highs")
    return found.eqlin.marginals[: len(a)], -found.eqlin.marginals[len(a) :]


def nearest(c):
    """The NEAR smallest entries of each row: (n, m) -> (n, m) bool."""
    chosen = np.argsort(c, axis=1, kind="stable")[:, :NEAR]
    pairs = np.zeros(c.shape, bool)
    np.put_along_axis(pairs, chosen, True, axis=1)
    return pairs


def staircase(a, b):
    """The pairs of the north-west corner plan, with which every margin can be met."""
    left, right = np.cumsum(a), np.cumsum(b)
    cuts = np.sort(np.concatenate([left, right]))
    middle = (np.concatenate([[0], cuts[:-1]]) + cuts) / 2
    pairs = np.zeros((len(a), len(b)), bool)
    row = np.minimum(np.searchsorted(left, middle), len(a) - 1)
    pairs[row, np.minimum(np.searchsorted(right, middle), len(b) - 1)] = True
    return pairs
