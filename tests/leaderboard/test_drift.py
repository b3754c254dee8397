"""Drift: what a rerun may differ by, and what raises the flag."""

import numpy as np
import pytest

from leaderboard.running.drift import shifts


def scores(values, metrics=("rmse", "skill"), cases=("a", "b", "c")):
    """values: (metrics, cases, seeds)."""
    return {
        (metric, case): dict(enumerate(map(float, values[i, j])))
        for i, metric in enumerate(metrics)
        for j, case in enumerate(cases)
    }


NOISY = {"repeats_exactly": False}


@pytest.fixture
def values():
    return np.random.default_rng(0).normal(size=(2, 3, 5))


@pytest.mark.parametrize("repeats_exactly", [True, False])
def test_equal_runs_show_no_drift(values, repeats_exactly):
    assert shifts(scores(values), scores(values.copy()), repeats_exactly=repeats_exactly) == []


def test_a_deterministic_method_may_not_move_at_all(values):
    moved = values.copy()
    moved[1, 2, 0] = np.nextafter(moved[1, 2, 0], 9)
    (shift,) = shifts(scores(values), scores(moved), repeats_exactly=True)
    assert (shift.metric, shift.case, shift.p) == ("skill", "c", 0.0)


def test_rounding_is_forgiven_where_exact_repetition_is_not_expected(values):
    assert shifts(scores(values), scores(values * (1 + 1e-9)), repeats_exactly=False) == []


def test_a_constant_shift_on_one_case_is_found(values):
    moved = values.copy()
    moved[0, 1] += 0.05
    (shift,) = shifts(scores(values), scores(moved), repeats_exactly=False)
    assert (shift.metric, shift.case) == ("rmse", "b")
    assert shift.after - shift.before == pytest.approx(0.05)


def test_noise_raises_no_flag_in_two_thousand_reruns(values):
    rng = np.random.default_rng(1)
    flags = sum(
        bool(shifts(scores(values), scores(values + rng.normal(scale=0.1, size=values.shape)), repeats_exactly=False))
        for _ in range(2000)
    )
    assert flags <= 2, "a level of 1e-4 allows 0.2 on average"


def test_coarse_scores_that_jump_by_one_step_raise_no_flag():
    """Accuracies on 20 examples, a method that doesn't repeat itself: all seeds of a case often move by the same step."""
    rng = np.random.default_rng(2)
    flags = 0
    for _ in range(500):
        before, after = rng.binomial(20, 0.95, size=(2, 1, 20, 5)) / 20
        flags += bool(shifts(scores(before, ["accuracy"], range(20)), scores(after, ["accuracy"], range(20)), **NOISY))
    assert flags <= 1


def test_a_metric_that_vanishes_is_drift_where_exact_repetition_is_expected(values):
    gone = scores(values)
    del gone["skill", "c"]
    (shift,) = shifts(scores(values), gone, repeats_exactly=True)
    assert (shift.metric, shift.case, shift.after) == ("skill", "c", None)
    assert shifts(scores(values), gone, **NOISY) == []
