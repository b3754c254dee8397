"""How claims are judged, against simulated scores whose truth is known."""

from dataclasses import replace

import numpy as np
import pytest

from leaderboard.boards import claims, standings, verdicts
from leaderboard.boards.measurements import measurements_of
from papers import catalogue
from papers.evidence import Claim
from papers.task import Board
from runners.standing.statistics import Estimate, estimate


def scores(mean, sd=1.0, strata=1, seeds=5):
    """Scores whose mean and spread are exactly these."""
    steps = np.arange(seeds) - (seeds - 1) / 2
    return mean + sd * np.tile(steps / steps.std(ddof=1), (strata, 1))


@pytest.mark.parametrize("value", [-2.0, 0.3, 0.9, 1.4, 5.0])
def test_a_single_reading_is_sure_where_the_whole_interval_lies_on_its_side(value):
    for sd in (0.01, 0.1, 0.5, 2.0):
        own = scores(value, sd)
        interval, reading = estimate(own), verdicts.within_tolerance(own, 0.0, 1.0)
        inside = interval.low >= -1 and interval.high <= 1
        outside = interval.low > 1 or interval.high < -1
        assert (reading.p <= 0.05) == (inside or outside), (value, sd)
        assert reading.side == ("within" if abs(value) <= 1 else "above" if value > 0 else "below")


def test_many_comparisons_of_a_paper_pay_for_each_other():
    close = verdicts.within_tolerance(scores(2.0, 0.6), 0.0, 1.0)
    sure = verdicts.within_tolerance(scores(9.0, 0.1), 0.0, 1.0)
    assert 0.01 < close.p < 0.05
    assert verdicts.decided([close]) == [True]
    assert verdicts.decided([close] * 5 + [None, sure]) == [False] * 5 + [False, True]


@pytest.mark.parametrize("lead", [0.3, 0.6, 1.5])
def test_as_many_seeds_as_are_said_to_decide_it_do(lead):
    first, second = scores(lead), scores(0.0) * 0
    reading = verdicts.better_of(first, second)
    needed = verdicts.seeds_to_decide(reading, 4)
    assert needed > 5
    for seeds, is_enough in ((needed, True), (needed - 1, False)):
        later = verdicts.better_of(scores(lead, seeds=seeds), np.zeros((1, seeds)))
        assert (later.p <= 0.05 / 4) == is_enough
    assert verdicts.seeds_to_decide(verdicts.better_of(scores(0.001), second), 1) is None


def test_the_tolerance_is_at_most_a_third_of_the_way_to_a_trivial_control():
    assert verdicts.tolerance_of(0.008, 0.0513, 0.0595) == pytest.approx(0.0027, abs=1e-4)
    assert verdicts.tolerance_of(0.008, 0.0513, None) == verdicts.tolerance_of(0.008, 0.0513, 0.2) == 0.008


def test_a_printed_value_with_its_own_spread_needs_both_the_interval_and_the_tolerance():
    measured = Estimate(1.0, 0.9, 1.1)
    assert verdicts.is_predicted(measured, 1.5, 0.3)
    assert not verdicts.is_predicted(measured, 1.5, 0.1)
    assert verdicts.is_predicted(measured, 1.5, None)


def test_gain_does_not_hold_where_column_means_are_nearly_as_good(measured, monkeypatch):
    """What the page's own path makes of runs: the control's mean caps what is allowed."""
    quick = catalogue.board("imputation", "quick")
    claim = Claim(
        method="GAIN",
        case="breast/mcar-20",
        metric="rmse",
        value=0.0735,
        where="T",
        status="checked",
        house="gain",
        tolerance=0.01,
    )
    monkeypatch.setattr(Board, "evidence", quick.evidence.__class__(claims=(claim,)))
    measured("GAIN (paper)", 0.5, house_slug="gain", rebuild=False)
    measured("Column means", 0.45, house_slug="mean", kind="control", rebuild=False)
    standings.rebuild(quick)
    (judged,) = claims.number_claims(quick, measurements_of([quick]))
    assert judged.measurement.value == pytest.approx(0.075)
    assert judged.tolerance == pytest.approx((0.0775 - 0.0735) / 3)
    assert "a third of the way to the trivial control" in judged.why


def test_a_number_of_one_seed_is_not_judged_and_the_reason_is_told(db):
    board = catalogue.board("imputation", "quick")
    judged, *_ = [one for one in claims.number_claims(board, measurements_of([board])) if one.reading]
    single = replace(judged, measurement=Estimate(judged.measurement.value, None, None), reading=None, is_decided=False)
    assert single.verdict == "not judged"
    assert single.why.endswith("It is of one seed: nothing says how far another would be.")
