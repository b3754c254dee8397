"""A method that knows Breast by heart stands out against its twin; honest ones do not."""

import base64
from pathlib import Path

import numpy as np
import pytest

from leaderboard.boards import audit
from papers.data import dataset
from papers.gain.problem import tables
from papers.task import Seed
from tests.papers.gain.playing import TASK, load, play

(AUDIT,) = TASK.board("quick").evidence.audits
HONEST = ["mean", "median", "random_draw", "knn", "iterative_ridge", "mice", "soft_impute"]
SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in ("missforest", "autoencoder", "gain", "gain_official")]


def house(slug):
    return load(slug).Method


def memoriser():
    data = base64.b64encode(dataset("breast")["x"].astype("<f4").tobytes()).decode()
    namespace = {}
    exec(Path(__file__).with_name("memoriser.py").read_text().replace("@DATA@", data), namespace)
    return namespace["Method"]


def ratio(method, seeds=3):
    errors = {
        name: {index: play(name, method(index, "cpu"), index=index)[AUDIT.metric] for index in range(seeds)}
        for name in (AUDIT.public, AUDIT.twin)
    }
    return audit.log_ratio(errors[AUDIT.public], errors[AUDIT.twin])


@pytest.fixture(scope="module")
def honest():
    return {slug: ratio(house(slug)) for slug in HONEST}


def test_a_memorising_method_is_flagged(honest):
    knows = memoriser()
    scores = play(AUDIT.public, knows(0, "cpu"))
    assert scores["skill"] > 0.8, "it must really cheat, or the test shows nothing"
    assert audit.stands_out(ratio(knows), list(honest.values()))


@pytest.mark.parametrize("slug", HONEST)
def test_an_honest_method_is_not_flagged(honest, slug):
    others = [value for name, value in honest.items() if name != slug]
    assert not audit.stands_out(honest[slug], others)


@pytest.mark.parametrize("slug", SLOW)
def test_a_trained_honest_method_is_not_flagged(honest, slug):
    assert not audit.stands_out(ratio(house(slug), seeds=2), list(honest.values()))


def test_a_twin_has_the_tables_margins_and_correlations_and_none_of_its_rows():
    real = dataset("breast")
    rng = Seed(0, b"twin", b"").rng("table")
    drawn = tables.twin(real, rng)["x"]
    assert drawn.shape == real["x"].shape
    shift = np.abs(np.median(drawn, 0) - np.median(real["x"], 0)) / real["x"].std(0)
    assert shift.max() < 0.2
    real_ranks, drawn_ranks = (np.corrcoef(x.argsort(0).argsort(0), rowvar=False) for x in (real["x"], drawn))
    assert np.abs(real_ranks - drawn_ranks).mean() < 0.06
    assert not (drawn[:, None] == real["x"][None]).all(axis=2).any()


def test_too_few_honest_methods_give_no_verdict():
    assert not audit.stands_out(-9.0, [0.0, 0.0])


def test_an_error_of_zero_gives_no_ratio():
    assert audit.log_ratio({0: 0.0}, {0: 1.0}) is None
    assert audit.log_ratio({}, {}) is None
