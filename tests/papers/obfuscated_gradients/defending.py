"""Plays of the defence board in this process, with public seeds."""

from dataclasses import replace
from functools import partial

import numpy as np
import torch

from papers import catalogue
from papers.obfuscated_gradients import kit
from papers.obfuscated_gradients.defence import play as defence
from papers.obfuscated_gradients.defence import suite, symptoms
from papers.obfuscated_gradients.defence.cases import Defended
from papers.obfuscated_gradients.defence.respondent import Respondent
from papers.obfuscated_gradients.defence.substitutes import Substitutes, fooling
from papers.obfuscated_gradients.kit.victims import Victim
from papers.obfuscated_gradients.problem.images import Images, deal, splits
from papers.obfuscated_gradients.problem.victims import load_weights
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


class Ready(kit.Defence):
    """A victim of the attack board as a defence: no training."""

    def __init__(self, name):
        super().__init__(0, "cpu")
        self.net: Victim = kit.build(name, load_weights(name))

    def train(self, x, y, norm, eps):
        return 0.9

    def forward(self, x, generator):
        return self.net(x, generator)


def suited(method, n=30, *, key=3, is_random=False, eps=0.2, norm="linf"):
    x, y = images(n, key)
    net, attack = kit.surrogate((1, 8, 8)), Defended(data="digits", norm=norm, eps=eps, images=n)
    moved = fooling([net], Images(x.numpy(), y.numpy()), attack, seed=key)
    return suite.Suite(
        defence=Respondent(method, 10),
        x=x,
        y=y,
        norm=norm,
        eps=eps,
        rng=np.random.default_rng(key),
        substitutes=Substitutes([net] * 2, moved * 2),
        is_random=is_random,
    )


def rate(method, x, y):
    return float(Respondent(method, 10).share_right(x, y, [0]).mean())


def judged(method, key=3):
    """The verdict from answers and gradients alone, which decide it."""
    return verdict_of(response(method, key=key))


def verdict_of(found):
    return symptoms.verdict(
        {
            **dict.fromkeys(symptoms.BOUNDS, -1.0),
            "zero gradients": max(found.zero, found.zero_margin),
            "gradient against differences": found.error,
            "answers that do not move": found.silent,
            "random answers": found.random,
        }
    )
