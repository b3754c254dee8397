"""Plays of the attack board in this process, with public seeds."""

from functools import partial

import numpy as np
import torch

from papers import catalogue
from papers.obfuscated_gradients import kit
from papers.obfuscated_gradients.attack import play as attack
from papers.obfuscated_gradients.problem.images import deal, splits
from papers.obfuscated_gradients.problem.victims import load_weights
from papers.task import Seed
from tests.papers import contestant

torch.set_num_threads(1)  # as in the evaluator; more of them fight for the cores of a busy machine
TASK = catalogue.task("attack")
CASES = {case.params.victim: case for board in TASK.boards.values() for case in board.cases}
load = partial(contestant.load, "attack")


class Kept:
    """A report that keeps what it is told."""

    def __init__(self):
        self.curves, self.images, self.tables = {}, {}, {}

    def progress(self, fraction, text=""):
        pass

    def curve(self, name, x, series, **_):
        self.curves[name] = (x, series)

    def image(self, name, pixels):
        self.images[name] = pixels

    def table(self, name, columns, rows):
        self.tables[name] = (columns, rows)


class Answering:
    """An attack by a function of (x, eps); keeps what it was shown."""

    def __init__(self, answer):
        self.answer, self.shown = answer, []

    def attack(self, victim, weights, x, y, norm, eps):
        self.shown.append((victim, weights, x.copy(), y.copy(), norm, eps))
        return self.answer(x, eps)


def seed(index, name="attack tests"):
    return Seed(index, key=f"{name} {index}".encode(), salt=b"salt %d" % index)


def play(victim, method, *, index=1, report=None):
    """Scores of one play. `method` is an object with attack, or the slug of a house method."""
    method = contestant.contestant("attack", method, index)
    return attack.play(CASES[victim], seed=seed(index), device="cpu", method=method, report=report or Kept())


def left(victim, method, *, plays=2):
    """Mean robust accuracy over the first so many unshown seeds."""
    return sum(play(victim, method, index=index)["robust_accuracy"] for index in range(1, plays + 1)) / plays


def images(n, key=7):
    dealt = deal(splits("digits")[1], n, np.random.default_rng(key))
    return torch.tensor(dealt.x), torch.tensor(dealt.y)


def victim(name):
    return kit.build(name, load_weights(name))


def generator():
    return torch.Generator().manual_seed(0)
