"""Small transport problems, and plays of the wasserstein board in this process, with public seeds."""

from functools import partial

import numpy as np

from papers import catalogue
from papers.task import Seed
from papers.wgan_ts.wasserstein import play as wasserstein
from tests.papers import contestant

TASK = catalogue.task("wasserstein")
load = partial(contestant.load, "wasserstein")


class Silent:
    """A report that nobody reads."""

    def __getattr__(self, name):
        return lambda *args, **kwargs: None


class Answering:
    """A method that answers with a number and a function of z, and keeps what it was asked."""

    def __init__(self, estimate=1.0, potential=lambda z: np.zeros(len(z))):
        self.estimate, self.answer, self.asked = estimate, potential, []

    def fit(self, x, y, cost):
        self.x, self.y, self.cost = x, y, cost
        return self.estimate

    def potential(self, z):
        self.asked.append(z.copy())
        return self.answer(z)


def seed(index, name="tests"):
    return Seed(index, key=f"{name} {index}".encode(), salt=b"salt")


def play(case, method, *, index=0, tier="quick"):
    """Scores of one play. `method` is an object, or the slug of a house method."""
    method = contestant.contestant("wasserstein", method, index)
    case = TASK.board(tier).case(case)
    return wasserstein.play(case, seed=seed(index, case.name), device="cpu", method=method, report=Silent())


def instance(number):
    """A small transport problem: costs (n, m) and weights (n,), (m,).

    By number: one point against one or many, points on a coarse grid (ties), repeated points (duplicates), all points
    the same, unequal weights, either norm.
    """
    rng = np.random.default_rng(number)
    n, m, d = int(rng.integers(1, 13)), int(rng.integers(1, 13)), int(rng.integers(1, 5))
    if number % 10 == 0:
        n = 1
    if number % 3 == 0:
        m = n
    x, y = rng.normal(size=(n, d)), 0.5 + rng.normal(size=(m, d))
    if number % 4 == 1:
        x, y = np.round(x), np.round(y)
    if number % 5 == 2:
        x, y = x[rng.integers(n, size=n)], np.concatenate([x, y])[rng.integers(n + m, size=m)]
    if number % 50 == 7:
        x, y = np.zeros((n, d)), np.zeros((m, d))
    a, b = (rng.dirichlet(np.ones(k)) if number % 2 else np.full(k, 1 / k) for k in (n, m))
    return x, y, ("l1", "l2")[number // 2 % 2], a, b
