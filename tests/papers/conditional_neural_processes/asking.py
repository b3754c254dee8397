"""Plays of the paper's boards in this process, with public seeds."""

from dataclasses import replace
from functools import cache
from itertools import islice

import numpy as np

from papers import catalogue
from papers.conditional_neural_processes.few_shot_functions import play as functions
from papers.conditional_neural_processes.kit import draw
from papers.conditional_neural_processes.one_shot_classification import play as classes
from papers.conditional_neural_processes.problem.classes import load
from papers.task import Seed
from tests.papers import contestant

FUNCTIONS = catalogue.task("few_shot_functions")
CLASSES = catalogue.task("one_shot_classification")
BOARDS = {FUNCTIONS.slug: functions, CLASSES.slug: classes}
CONTEXTS = (3, 5, 10, 15, 25, 50)
# log-likelihoods of the exact Gaussian process on curves/rbf, by size of context
PUBLISHED = dict(zip(CONTEXTS, (-0.75, -0.30, 0.69, 1.35, 1.95, 2.28), strict=True))


class Silent:
    """A report that nobody reads."""

    def __getattr__(self, name):
        return lambda *args, **kwargs: None


class Contestant(contestant.InProcess):
    """Its constructor cost nothing."""

    @property
    def spent(self):
        return {"cpu_seconds": 0.0}


class Answering:
    """Answers by functions: predict(xc, yc, xt), and where it is given sample(xc, yc, xt, count) or fit(task)."""

    def __init__(self, predict, fit=lambda task: None, **others):
        self.predict, self.fit = predict, fit
        vars(self).update(others)


def seed(index=0, name="tests"):
    return Seed(index, key=f"{name} {index}".encode(), salt=b"salt")


def method(task, slug):
    return contestant.load(task.slug, slug).Method(0, "cpu")


def play(task, case, player, *, index=0, tier="quick", report=None, **limits):
    """Scores of one play. `player` is an object with the interface's calls, or the slug of a house method.

    limits: what of the case's parameters is otherwise.
    """
    asked = task.board(tier).case(case)
    player = method(task, player) if isinstance(player, str) else player
    return BOARDS[task.slug].play(
        replace(asked, params=replace(asked.params, **limits)),
        seed=seed(index, case),
        device="cpu",
        method=Contestant(player),
        report=report or Silent(),
    )


@cache
def scores(task, case, slug, index=0):
    """Of a house method's play, which several tests look at."""
    return play(task, case, slug, index=index)


@cache
def pictures(source):
    """The classes of a source, which tests share: drawing those of a law takes a second."""
    return load(source, seed().rng("classes"))


@cache
def episodes(case, count):
    """So many episodes of a case, which tests share."""
    wanted = CLASSES.board("quick").case(case).params
    return list(islice(classes.episodes(wanted, pictures(wanted.source), seed().rng("episodes")), count))


def classify(case, classifier, count=400):
    """Scores of a classifier, or of a house method that need not learn, in so many episodes of a case."""
    if isinstance(classifier, str):
        classifier = method(CLASSES, classifier)
        classifier.fit(None, None, {"ways": CLASSES.board("quick").case(case).params.ways})
    drawn = episodes(case, count)
    answers = [classifier.predict_proba(one.support_x, one.support_y, one.query_x) for one in drawn]
    return classes.scores(np.concatenate(answers), np.concatenate([one.query_y for one in drawn]))


@cache
def curves(family, context, functions=256, index=1):
    """xc, yc, xt, yt of curves, (B, n) and (B, 50), float64."""
    x, y = draw(family, np.random.default_rng([index, context]), functions, context + 50)
    x, y = x[..., 0].astype(float), y[..., 0].astype(float)
    return x[:, :context], y[:, :context], x[:, context:], y[:, context:]
