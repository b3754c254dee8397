"""Plays of the imputation board in this process, with public seeds."""

import numpy as np

from papers import catalogue
from papers.gain.imputation import play as board
from papers.task import Seed
from tests.papers import contestant

TASK = catalogue.task("imputation")
CASES = {tier.name: {case.name: case for case in tier.cases} for tier in TASK.tiers}
HOUSE = [house.slug for house in TASK.house if house.kind != "oracle"]


class Kept:
    """A report that keeps its curves."""

    def __init__(self):
        self.curves = {}

    def curve(self, name, x, series, **_):
        self.curves[name] = (np.asarray(x), {label: np.asarray(y) for label, y in series.items()})


class Answering:
    """A method that answers by a function of (x, categorical), and keeps what it was shown."""

    def __init__(self, answer):
        self.answer = answer

    def impute(self, x, categorical):
        self.x, self.categorical = x.copy(), categorical.copy()
        return self.answer(x)


def seed(index, name="tests"):
    return Seed(index, key=f"{name} {index}".encode(), salt=b"salt")


def load(slug):
    """A fresh module of a house method, so that a test may change its constants."""
    return contestant.load(TASK.slug, slug)


def play(case, method, *, index=0, tier="quick", report=None):
    """Scores of one play. `method` is an object with impute, or the slug of a house method."""
    return board.play(
        CASES[tier][case],
        seed=seed(index, case),
        device="cpu",
        method=contestant.contestant(TASK.slug, method, seed=index),
        report=report or Kept(),
    )


def skills(case, slug, *, plays):
    """The mean skill of a house method over the first so many seeds."""
    return float(np.mean([play(case, slug, index=index)["skill"] for index in range(plays)]))
