"""Plays of the defence board in this process, with public seeds."""

import importlib.util

import numpy as np
import torch

from papers import catalogue
from papers.obfuscated_gradients.defence import play as defence
from papers.obfuscated_gradients.defence import symptoms
from papers.obfuscated_gradients.defence.asked import Asked
from papers.obfuscated_gradients.problem.images import deal, splits
from tests.papers.attacking import Kept, seed

TASK = catalogue.task("defence")
CASE = TASK.cases["quick"][0]


def load(slug):
    spec = importlib.util.spec_from_file_location(f"house_{slug}", catalogue.paper_of("defence").method_path(slug))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def play(method, *, index=1, report=None):
    """Scores of one play. `method` is an object with the four calls, or the slug of a house method."""
    if isinstance(method, str):
        method = load(method).Method(index, "cpu")
    return defence.play(CASE, seed=seed(index, "defence tests"), device="cpu", method=method, report=report or Kept())


def fitted(slug, *, index=1):
    """A house defence trained on the digits."""
    method = load(slug).Method(index, "cpu")
    train, _ = splits("digits")
    method.fit(train.x, train.y, "linf", 0.2)
    return method


def images(n, key=3):
    dealt = deal(splits("digits")[1], n, np.random.default_rng(key))
    return torch.from_numpy(dealt.x), torch.from_numpy(dealt.y)


def response(method, *, n=50, key=3):
    return symptoms.respond(Asked(method, 10), *images(n, key), np.random.default_rng(key))
