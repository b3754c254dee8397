"""Plays of the operators board in this process, at lengths that a test can wait for."""

from dataclasses import replace
from functools import cache

from papers import catalogue
from papers.differentiable_dp.dp_operators import play as board
from papers.task import Seed
from runners.proxy import Proxy
from tests.papers import contestant

TASK = catalogue.task("dp_operators")
CASES = {case.name: case for case in TASK.board("quick").cases}


class Kept:
    """A report that keeps its tables and matrices."""

    def __init__(self):
        self.tables, self.matrices, self.curves = {}, {}, {}

    def table(self, name, columns, rows):
        self.tables[name] = rows

    def matrix(self, name, values, *, frames=(), label=""):
        self.matrices[name] = values

    def curve(self, name, x, series, **_):
        self.curves[name] = series

    def progress(self, fraction, text=""):
        pass


module = cache(contestant.load)  # compiled once for all tests


def play(case, method, *, index=0, steps=(30, 60), report=None):
    """Scores of one play. `method` is a slug of a house method, or an object with the calls."""
    named = CASES[case]
    if isinstance(method, str):
        method = loaded(method)
    return board.play(
        replace(named, params=replace(named.params, steps=steps)),
        seed=Seed(index, key=f"tests {case} {index}".encode(), salt=f"salt {index}".encode()),
        device="cpu",
        method=method if isinstance(method, Proxy) else contestant.contestant(TASK.slug, method, seed=index),
        report=report or Kept(),
    )


def loaded(slug):
    """An instance of a house method, whose calls a test may spoil."""
    return module(TASK.slug, slug).Method(0, "cpu")
