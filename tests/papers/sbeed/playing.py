"""Plays of the control board in this process."""

from dataclasses import replace
from functools import cache

from papers import catalogue
from papers.sbeed.control import play as board
from papers.task import Seed
from tests.papers import contestant

TASK = catalogue.task("control")
CASES = {case.name: case for tier in TASK.tiers for case in tier.cases}


class Kept:
    """A report that keeps its curves and strips."""

    def __init__(self):
        self.curves, self.strips = {}, {}

    def curve(self, name, x, series, **_):
        self.curves[name] = (x, series)

    def strip(self, name, frames, labels=()):
        self.strips[name] = frames

    def progress(self, fraction, text=""):
        pass


def play(case, method, *, index=0, report=None, salt=b"salt", **params):
    """Scores of one play. `method`: the slug of a house method or an oracle, or an object with the calls."""
    named = CASES[case]
    named = replace(named, params=replace(named.params, **params))
    key = f"tests {case} {index}".encode()
    seed = Seed(index, key=key, salt=key + salt)
    if isinstance(method, str) and TASK.method(method).kind == "oracle":
        method = board.oracle(method, named, seed=seed, device="cpu")
    made = contestant.contestant(TASK.slug, method, seed=index)
    return board.play(named, seed=seed, device="cpu", method=made, report=report or Kept())


@cache
def house_scores(case, slug, index=0):
    """What a house method scores: learnt once for all tests."""
    return play(case, slug, index=index)
