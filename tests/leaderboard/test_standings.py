"""The statistics against closed forms and simulated boards."""

import numpy as np
import pytest
from scipy import stats

from leaderboard.standings import estimate, holm, ranks


def test_the_interval_is_students_over_seed_means():
    scores = np.random.default_rng(0).normal(size=(4, 6))
    by_seed = scores.mean(axis=0)
    low, high = stats.ttest_1samp(by_seed, 0).confidence_interval(0.95)
    result = estimate(scores)
    assert (result.value, result.low, result.high) == pytest.approx((by_seed.mean(), low, high))


def test_one_seed_gives_no_interval():
    assert estimate(np.ones((3, 1))) == pytest.approx(estimate(np.ones((3, 1))))
    assert estimate(np.ones((3, 1))).low is None


@pytest.mark.parametrize("bad", [np.empty((0, 5)), np.array([[1.0, np.nan]]), np.array([[np.inf, 1.0]]), np.ones(3)])
def test_missing_or_non_finite_scores_are_refused(bad):
    with pytest.raises(ValueError, match="finite"):
        estimate(bad)


@pytest.mark.parametrize("higher_is_better", [True, False])
def test_the_best_ranks_first_in_either_direction(higher_is_better):
    values = np.array([[3.0, 3.1, 2.9], [1.0, 1.1, 0.9], [2.0, 2.1, 1.9]])
    expected = [1, 3, 2] if higher_is_better else [3, 1, 2]
    assert [place.rank for place in ranks(values, higher_is_better=higher_is_better)] == expected


def test_equal_scores_share_a_rank_and_are_never_told_apart():
    values = np.tile(np.random.default_rng(0).normal(size=5), (3, 1))
    assert [(place.rank, place.low, place.high) for place in ranks(values, higher_is_better=True)] == [(1, 1, 3)] * 3


def test_a_constant_lead_is_told_apart_without_noise():
    noise = np.random.default_rng(1).normal(size=5)
    places = ranks(np.array([noise + 1, noise]), higher_is_better=True)
    assert [(place.low, place.high) for place in places] == [(1, 1), (2, 2)]


def test_one_seed_tells_nothing_apart():
    assert [(p.low, p.high) for p in ranks(np.array([[1.0], [2.0]]), higher_is_better=True)] == [(1, 2), (1, 2)]


def test_holm_agrees_with_its_definition():
    p = np.array([0.01, 0.04, 0.03, 0.005])
    assert holm(p, 0.05).tolist() == [True, False, False, True]


def test_the_same_method_twice_is_rarely_told_apart():
    rng = np.random.default_rng(2)
    boards = 400
    wrong = 0
    for _ in range(boards):
        shared = rng.normal(size=5)
        places = ranks(shared + rng.normal(size=(6, 5)), higher_is_better=True)
        wrong += any((place.low, place.high) != (1, 6) for place in places[:1])
    assert wrong / boards <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / boards)
