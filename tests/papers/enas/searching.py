"""Plays of the architecture search board in this process, with public seeds."""

from dataclasses import replace

import numpy as np

from papers import catalogue
from papers.enas.architecture_search import play as board
from papers.task import Seed
from tests.papers import contestant

TASK = catalogue.task("architecture_search")
CASES = {tier.name: {case.name: case for case in tier.cases} for tier in TASK.tiers}


class Kept:
    """A report that keeps what it is given."""

    def __init__(self):
        self.told = {}

    def __getattr__(self, kind):
        return lambda name, *values, **labels: self.told.setdefault(kind, {}).setdefault(name, values)


class Asking:
    """A method that asks a list of questions, keeps the replies and always answers the same."""

    def __init__(self, questions, answer):
        self.questions, self.fixed, self.replies = list(questions), answer, []

    def start(self, space):
        self.space = space

    def ask(self):
        return self.questions.pop(0) if self.questions else {"do": "stop"}

    def tell(self, reply):
        self.replies.append(reply)

    def answer(self):
        return self.fixed


def train(arch):
    return {"do": "train", "arch": np.array(arch, np.int64)}


def load(slug):
    """A fresh module of a house method, so that a test may change its constants."""
    return contestant.load(TASK.slug, slug)


def seed(index, salt=""):
    return Seed(index, key=f"tests {index}".encode(), salt=f"salt {salt} {index}".encode(), site=b"tests")


def play(case, method, *, index=0, report=None, salt="", budget=None):
    """Scores of one play. `method`: an object with the interface's calls, or the slug of a house method.

    budget: another one than the case's own, where less is enough.
    """
    played = CASES["full"][case]  # it has those of the quick tier too
    if budget is not None:
        played = replace(played, params=replace(played.params, budget=budget))
    return board.play(
        played,
        seed=seed(index, salt),
        device="cpu",
        method=contestant.contestant(TASK.slug, method, seed=index),
        report=report or Kept(),
    )
