"""Plays of the board in this process, and methods for tests."""

from dataclasses import replace

import numpy as np

from papers import catalogue
from papers.importance_sampling.sample_selection import play as protocol
from papers.task import Seed
from tests.papers.contestant import contestant

TASK = catalogue.task("sample_selection")
CASES = {case.name: case for board in TASK.boards.values() for case in board.cases}
SHORT = 9_600  # units: a hundred uniform steps


class Silent:
    """A report that nobody reads."""

    def __getattr__(self, name):
        return lambda *args, **kwargs: None


def seed_of(index=0, salt=b"salt"):
    return Seed(index, key=f"tests {index}".encode(), salt=salt, site=b"site")


def case_of(name, units):
    """A case of the board with another budget."""
    case = CASES[name]
    return replace(case, params=replace(case.params, units=units))


def play(case, method, *, index=0, salt=b"salt", report=None):
    """Scores of one play; `case` is one or its name, `method` an object or the slug of a house method."""
    case = CASES[case] if isinstance(case, str) else case
    player = contestant("sample_selection", method, seed=index)
    return protocol.play(case, seed=seed_of(index, salt), device="cpu", method=player, report=report or Silent())


class Scoring:
    """Scores five candidates for each place of a batch, and draws uniformly: tests change one of its calls."""

    def prepare(self, info):
        self.b, self.n = info["batch"], 5 * info["batch"]
        return 0, self.n

    def select(self, ids, labels, loss, score, logits, irreducible):
        n = len(ids)
        return np.full(n, 1 / n), np.ones(n), True

    def observe(self, ids, labels, loss, score):
        return self.n


def first(value, b):
    """The plan that takes the b candidates whose value is largest."""
    p = np.zeros(len(value))
    p[np.argsort(-value, kind="stable")[:b]] = 1 / b
    return p, np.ones(len(p)), False
