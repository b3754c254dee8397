"""Plays of the defence board in this process, with public seeds."""

from dataclasses import replace
from functools import partial

import numpy as np
import torch

from papers import catalogue
from papers.obfuscated_gradients.defence import play as defence
from papers.obfuscated_gradients.defence import symptoms
from papers.obfuscated_gradients.defence.respondent import Respondent
from papers.obfuscated_gradients.problem.images import deal, splits
from tests.papers import contestant
from tests.papers.obfuscated_gradients.attacking import Kept, seed

TASK = catalogue.task("defence")
FEW_STEPS = replace(TASK.trial_case.params.effort, steps=10, substitute_epochs=2)
SMALL = replace(TASK.trial_case, params=replace(TASK.trial_case.params, images=20, train=400, effort=FEW_STEPS))
CASE = TASK.board("quick").cases[0]
load = partial(contestant.load, "defence")


def play(method, *, index=1, report=None, case=CASE):
    """Scores of one play. `method` is an object with the four calls, or the slug of a house method."""
    method = contestant.contestant("defence", method, index)
    return defence.play(case, seed=seed(index, "defence tests"), device="cpu", method=method, report=report or Kept())


def trained_defence(slug, *, index=1):
    """A house defence trained on the digits."""
    method = load(slug).Method(index, "cpu")
    train, _ = splits("digits")
    method.fit(train.x, train.y, "linf", 0.2)
    return method


def images(n, key=3):
    dealt = deal(splits("digits")[1], n, np.random.default_rng(key))
    return torch.from_numpy(dealt.x), torch.from_numpy(dealt.y)


def response(method, *, n=50, key=3):
    return symptoms.measure_response(Respondent(method, 10), *images(n, key), np.random.default_rng(key))
