"""Sliced: one-dimensional transport along directions, where sorting solves it; the mean of their potentials.

For the L2 cost over random unit directions, the estimate divided by E|theta_1| so that a shift is met exactly; for the
L1 cost over the coordinate axes, summed, which is exact for independent coordinates. Both potentials are 1-Lipschitz.
Source: Rabin, Peyré, Delon and Bernot (2011); Bonneel et al. (2015).
"""

import numpy as np
from scipy.special import gammaln

DIRECTIONS = 200


class Method:
    def __init__(self, seed: int, device: str):
        self.rng = np.random.default_rng(seed)

    def fit(self, x: np.ndarray, y: np.ndarray, cost: str) -> float:
        self.directions = np.eye(x.shape[1]) if cost == "l1" else self.draw(x.shape[1])
        self.curves, lengths = zip(*map(line, (x @ self.directions.T).T, (y @ self.directions.T).T), strict=True)
        self.weight = 1.0 if cost == "l1" else 1 / len(lengths)
        return float(sum(lengths) * self.weight / (1.0 if cost == "l1" else mean_cosine(x.shape[1])))

    def draw(self, d):
        theta = self.rng.normal(size=(DIRECTIONS, d))
        return theta / np.linalg.norm(theta, axis=1, keepdims=True)

    def potential(self, z: np.ndarray) -> np.ndarray:
        along = z @ self.directions.T
        return self.weight * sum(np.interp(t, *curve) for t, curve in zip(along.T, self.curves, strict=True))


def line(x, y):
    """The potential between two samples on a line, as (knots, heights), and their distance int |F - G|.

    x: (n,), y: (m,). The potential falls with slope one where F > G and rises where F < G.
    """
    knots = np.sort(np.concatenate([x, y]).astype(float))
    below = [np.searchsorted(np.sort(side), knots[:-1], side="right") / len(side) for side in (x, y)]
    steps = np.diff(knots)
    rise = np.concatenate([[0], np.cumsum(-np.sign(below[0] - below[1]) * steps)])
    return (knots, rise), (np.abs(below[0] - below[1]) * steps).sum()


def mean_cosine(d):
    """E|theta_1| over the unit sphere in d dimensions."""
    return np.exp(gammaln(d / 2) - gammaln((d + 1) / 2)) / np.sqrt(np.pi)
