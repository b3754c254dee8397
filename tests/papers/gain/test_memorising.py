"""A method that knows Breast by heart stands out against its twin; honest ones do not."""

import base64
from pathlib import Path

import numpy as np
import pytest

from papers.data import dataset
from papers.gain.problem import tables
from papers.task import Seed
from runners.standing import audit
from tests.papers.gain.playing import TASK, play
from tests.papers.recorded import Recorded

(AUDIT,) = TASK.board("quick").evidence.audits


def memoriser():
    data = base64.b64encode(dataset("breast")["x"].astype("<f4").tobytes()).decode()
    namespace = {}
    exec(Path(__file__).with_name("memoriser.py").read_text().replace("@DATA@", data), namespace)
    return namespace["Method"]


def ratio(method, seeds=3):
    twins = [play(AUDIT.twin, method(index, "cpu"), index=index) for index in range(seeds)]
    beside = [AUDIT.public[int(scores[AUDIT.chosen])] for scores in twins]
    public = [play(case, method(index, "cpu"), index=index)[AUDIT.metric] for index, case in enumerate(beside)]
    return audit.log_ratio(dict(enumerate(public)), {i: scores[AUDIT.metric] for i, scores in enumerate(twins)})


def recorded_ratio(recorded, slug):
    chosen = [AUDIT.public[int(index)] for index in recorded.values(slug, AUDIT.chosen, AUDIT.twin)]
    public = {seed: recorded.values(slug, AUDIT.metric, case)[seed] for seed, case in enumerate(chosen)}
    return audit.log_ratio(public, dict(enumerate(recorded.values(slug, AUDIT.metric, AUDIT.twin))))


@pytest.fixture(scope="module")
def honest():
    recorded = Recorded("imputation")
    return {house.slug: recorded_ratio(recorded, house.slug) for house in TASK.house if house.kind != "oracle"}


def test_a_memorising_method_is_flagged(honest):
    knows = memoriser()
    scores = play("breast/mcar-50", knows(0, "cpu"))
    assert scores["skill"] > 0.8, "it must really cheat, or the test shows nothing"
    assert audit.stands_out(ratio(knows), list(honest.values()))


def test_one_that_spares_a_case_is_flagged_too(honest):
    class Sparing(memoriser()):
        def impute(self, x, categorical):
            missing = np.isnan(x).mean(axis=0)
            if abs(missing - 0.5).max() < 0.1:
                return np.where(np.isnan(x), np.nanmean(x, axis=0), x)
            return super().impute(x, categorical)

    spared, neighbour = (play(f"breast/{gaps}", Sparing(0, "cpu"))["skill"] for gaps in ("mcar-50", "mar-50"))
    assert (spared, neighbour) == (pytest.approx(0, abs=1e-6), pytest.approx(0.9, abs=0.1)), (
        "it spares one and cheats beside"
    )
    drawn = {AUDIT.public[int(play(AUDIT.twin, Sparing(0, "cpu"), index=index)[AUDIT.chosen])] for index in range(5)}
    assert len(drawn) > 1
    assert audit.stands_out(ratio(Sparing, seeds=5), list(honest.values()))


def test_no_recorded_method_is_flagged(honest):
    for slug, own in honest.items():
        assert not audit.stands_out(own, [value for name, value in honest.items() if name != slug]), slug


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


def test_a_twin_keeps_a_constant_column():
    rng = Seed(0, b"twin", b"").rng("table")
    x = np.column_stack([rng.normal(size=50), np.full(50, 7.0), rng.integers(2, size=50)])
    drawn = tables.twin({"x": x, "categorical": np.array([False, False, True])}, rng)["x"]
    assert np.isfinite(drawn).all()
    assert (drawn[:, 1] == 7).all()


def test_too_few_honest_methods_give_no_verdict():
    assert not audit.stands_out(-9.0, [0.0, 0.0])


def test_an_error_of_exactly_zero_is_a_finding_by_itself():
    ratio = audit.log_ratio({0: 0.0, 1: 1.0}, {0: 1.0, 1: 1.0})
    assert audit.stands_out(ratio, [])
    assert audit.finding(AUDIT, ratio).value == 0
    assert audit.stands_out(-3.0, [0.0, 0.1, 0.2, ratio]), "and measures nobody else"
    assert audit.log_ratio({}, {}) is None
