"""The statistics against closed forms and simulated boards."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from papers.metrics import Metric
from runners.standing import ranking, statistics
from runners.standing.statistics import difference, estimate, holm
from tests.benchmarks import calibration


def test_the_interval_of_one_stratum_is_students_and_of_two_is_welchs():
    one, other = np.random.default_rng(0).normal(size=(2, 6)) * [[1.0], [3.0]]
    low, high = stats.ttest_1samp(one, 0).confidence_interval(0.95)
    result = estimate(one[None])
    assert (result.value, result.low, result.high) == pytest.approx((one.mean(), low, high))
    welch = stats.ttest_ind(one, -other, equal_var=False).confidence_interval(0.95)
    both = estimate(np.array([one, other]))
    assert (2 * both.low, 2 * both.high) == pytest.approx((welch.low, welch.high))


def test_one_seed_gives_no_interval():
    assert estimate(np.ones((3, 1))) == pytest.approx(estimate(np.ones((3, 1))))
    assert estimate(np.ones((3, 1))).low is None


@pytest.mark.parametrize("bad", [np.empty((0, 5)), np.array([[1.0, np.nan]]), np.array([[np.inf, 1.0]]), np.ones(3)])
def test_missing_or_non_finite_scores_are_refused(bad):
    with pytest.raises(ValueError, match="finite"):
        estimate(bad)


@given(arrays(float, st.integers(1, 12), elements=st.integers(-3, 3).map(float)))
def test_equal_values_share_the_mean_of_their_places(values):
    assert statistics.places(values) == pytest.approx(stats.rankdata(values))


def intervals(gain):
    """(rank, low, high) of each entry. gain: (entries, seeds)."""
    gain = gain[:, None]
    places = ranking.place(gain, ranking.tally(gain), tiebreak=range(len(gain)))
    return list(zip(places.rank.tolist(), places.low.tolist(), places.high.tolist(), strict=True))


VALUES = np.array([[3.0, 3.1, 2.9], [1.0, 1.1, 0.9], [2.0, 2.1, 1.9]])


@pytest.mark.parametrize(
    ("better", "target", "expected"),
    [("higher", None, [1, 3, 2]), ("lower", None, [3, 1, 2]), ("nearest", 1.8, [3, 2, 1])],
)
def test_the_best_ranks_first_in_every_direction(better, target, expected):
    metric = Metric(name="x", label="X", better=better, target=target, description="")
    assert [rank for rank, _, _ in intervals(metric.gain(VALUES))] == expected


def test_equal_scores_share_a_rank_and_are_never_told_apart():
    values = np.tile(np.random.default_rng(0).normal(size=5), (3, 1))
    assert intervals(values) == [(1, 1, 3)] * 3


def test_a_lead_without_noise_is_looked_at_and_not_believed():
    noise = np.random.default_rng(1).normal(size=5)
    leads = difference(noise[None] + 1, noise[None])
    assert leads.p == pytest.approx(2 * stats.t.sf(2 * np.sqrt(5), 4)), "as if half of the lead were its spread"
    assert intervals(np.array([noise + 1, noise])) == [(1, 1, 1), (2, 2, 2)]
    assert intervals(np.array([noise + 1, noise])[:, :3]) == [(1, 1, 2), (2, 1, 2)]


def test_one_seed_tells_nothing_apart():
    assert intervals(np.array([[1.0], [2.0]])) == [(2, 1, 2), (1, 1, 2)]


def test_holm_agrees_with_its_definition():
    p = np.array([0.01, 0.04, 0.03, 0.005])
    assert holm(p, 0.05).tolist() == [True, False, False, True]


def test_a_paired_difference_is_the_paired_t_test():
    first, second = np.random.default_rng(3).normal(size=(2, 7))
    expected = stats.ttest_rel(first, second)
    interval = expected.confidence_interval(0.95)
    found = difference(first[None], second[None])
    assert (found.low, found.high, found.p) == pytest.approx((interval.low, interval.high, expected.pvalue))


def test_equal_scores_are_no_evidence_and_a_constant_difference_on_many_cases_is():
    scores = np.random.default_rng(0).normal(size=(8, 5))
    assert difference(scores, scores).p == difference(scores, scores * (1 + 1e-15)).p == 1
    assert difference(scores, scores + 1).p < 1e-12, "the same lead on every case is no accident of coarse steps"
    assert difference(scores[:, :1], scores[:, 1:2]).p is None


def test_a_spread_beyond_doubles_has_no_interval_and_is_not_told_apart():
    huge = np.array([[1e200, -1e200, 1e200], [1.0, 2.0, 3.0]])
    assert statistics.estimates(huge)[0].low is None
    assert [(low, high) for _, low, high in intervals(huge)] == [(1, 2), (1, 2)]


def reference_intervals(gain):
    """Rank intervals by p-values, one pair at a time, and Holm's procedure over all pairs, its steps rounded up."""
    pairs = [(i, j) for i in range(len(gain)) for j in range(i)]
    tests = [stats.ttest_rel(gain[i], gain[j]) for i, j in pairs]
    p = np.array([test.pvalue for test in tests])
    rejected = np.zeros(len(p), bool)
    for index in np.argsort(p):
        step = np.ceil(4 * np.log2(len(p) - rejected.sum()) - 1e-9)
        if p[index] >= 0.05 / 2 ** (step / 4):
            break
        rejected[index] = True
    assert not (rejected & ~statistics.holm(p)).any(), "rounding decides nothing that Holm's procedure leaves open"
    better, worse = np.zeros((2, len(gain)), int)
    for (i, j), test, is_told in zip(pairs, tests, rejected, strict=True):
        winner, loser = (i, j) if test.statistic > 0 else (j, i)
        better[loser] += is_told
        worse[winner] += is_told
    return list(zip((better + 1).tolist(), (len(gain) - worse).tolist(), strict=True))


@pytest.mark.parametrize(("entries", "seeds", "spread"), [(2, 5, 30), (9, 5, 3), (17, 3, 30), (30, 10, 1), (33, 20, 1)])
def test_rank_intervals_agree_with_tests_one_pair_at_a_time(entries, seeds, spread):
    rng = np.random.default_rng([entries, seeds])
    gain = rng.normal(size=(entries, seeds)) + spread * rng.normal(size=(entries, 1))
    reference = reference_intervals(gain)
    assert [(low, high) for _, low, high in intervals(gain)] == reference
    assert any(low > 1 for low, _ in reference), "nothing was told apart: this shows nothing"


def test_blocks_change_nothing(monkeypatch):
    gain = np.random.default_rng(5).normal(size=(50, 3, 5)) + np.arange(50)[:, None, None] / 5
    whole = ranking.tally(gain)
    monkeypatch.setattr(ranking, "BLOCK", 2000)
    assert (ranking.tally(gain) == whole).all()
    assert (whole.sum(axis=1) == 50).all()


@settings(max_examples=100, deadline=None, derandomize=True)
@given(arrays(float, (6, 4), elements=st.sampled_from([0.0, 0.1, 0.5, 1.0, 1e-12, -3.0, 1e9])))
def test_decisions_are_antisymmetric_and_consistent_with_the_means(gain):
    strengths = ranking.strength(gain[:, None], gain[:, None])
    assert (strengths == -strengths.T).all()
    assert (np.diag(strengths) == 0).all()
    for rank, low, high in intervals(gain):
        assert 1 <= low <= high <= 6
        assert low <= rank


def test_tie_groups_end_where_the_leader_is_beaten():
    noise = np.array([-0.1, 0.0, 0.1, 0.05, -0.05])
    gain = np.array([3 + noise, 2.99 - noise, 1 + noise, 0.99 - noise, 0.5 + 0.1 * noise])[:, None] / 10
    gain = gain + np.zeros((5, 4, 1)) + np.random.default_rng(0).normal(size=(5, 4, 5)) / 500
    places = ranking.place(gain, ranking.tally(gain), tiebreak=range(5))
    assert places.group.tolist() == [1, 1, 2, 2, 3]


def test_tie_groups_reach_beyond_the_first_chunk():
    gain = np.random.default_rng(0).normal(size=(300, 2, 5)) + 1000
    gain[250:] -= 1000
    order = np.argsort(-gain.mean(axis=(1, 2)))
    groups = ranking.tie_groups(gain[order], 32)
    assert groups[249] < groups[250]


def test_equal_means_share_a_rank_and_stand_in_the_order_of_the_tiebreak():
    gain = np.array([[[1.0, 2.0]], [[2.0, 1.0]], [[5.0, 5.0]]])
    places = ranking.place(gain, ranking.tally(gain), tiebreak=[7, 3, 9])
    assert places.rank.tolist() == [2, 2, 1]
    assert ranking.best_first(gain, [7, 3, 9]).tolist() == [2, 1, 0]


def test_the_interquartile_mean_drops_the_outer_quarters():
    assert statistics.iqm_weights(8) * 4 == pytest.approx([0, 0, 1, 1, 1, 1, 0, 0])
    assert statistics.iqm_weights(3) == pytest.approx([1 / 6, 2 / 3, 1 / 6])
    assert statistics.iqm_weights(1) == pytest.approx([1])
    scores = np.random.default_rng(0).normal(size=(4, 8, 5))
    assert statistics.by_seed(scores, "iqm") == pytest.approx(stats.trim_mean(scores, 0.25, axis=1))


def test_rules_make_one_score_of_a_seeds_cases():
    scores = np.array([[[1.0, 2.0], [3.0, 0.0]], [[2.0, 1.0], [2.0, 5.0]]])  # entries x cases x seeds
    assert statistics.by_seed(scores).tolist() == [[2, 1], [2, 3]]
    assert statistics.by_seed(scores, "worst").tolist() == [[1, 0], [2, 1]]
    assert statistics.by_seed(scores, "rank").tolist() == [[-1.5, -1.5], [-1.5, -1.5]]
    assert statistics.by_seed(scores, "weights", weights=np.array([3.0, 1.0])).tolist() == [[1.5, 1.5], [2, 2]]
    assert statistics.by_seed(scores, "weights", weights=np.zeros(2)).tolist() == [[2, 1], [2, 3]]


def test_near_a_target_the_worst_case_is_the_one_that_lies_farthest_and_values_stay_in_their_unit():
    metric = Metric(name="coverage", label="Coverage", better="nearest", target=0.9, description="")
    scores = np.array([[[0.5, 0.92], [0.95, 0.7], [0.9, 0.9]]])  # entries x cases x seeds
    gain = metric.gain(scores)
    assert statistics.by_seed(scores, "worst", gain=gain).tolist() == [[0.5, 0.7]]
    assert statistics.by_seed(gain, "worst") == pytest.approx(np.array([[-0.4, -0.2]]))
    assert statistics.by_seed(scores, "mean", gain=gain) == pytest.approx(scores.mean(axis=1))


def test_an_intervals_side_is_that_of_all_of_it():
    sides = [
        statistics.Estimate(0.0, low, high).side for low, high in ((1, 2), (-1, 1), (-2, -1), (0, 1), (None, None))
    ]
    assert sides == [1, 0, -1, 0, 0]


def test_ten_thousand_entries_take_little_memory_and_a_newcomer_almost_no_time():
    gain = np.random.default_rng(0).normal(size=(10_000, 8, 5))
    counts = ranking.histogram(ranking.strength(gain[:1], gain))
    assert counts.sum() == 10_000
    assert ranking.BLOCK * 8 <= 1 << 24, "a block of float64 stays within some MiB"


@pytest.mark.parametrize("noise", calibration.SYMMETRIC)
def test_intervals_cover_under_symmetric_noise_from_ten_seeds_or_eight_cases_on(noise):
    boards = 8000
    error = np.sqrt(0.93 * 0.07 / boards)
    for how in ({}, {"cases": 8, "shared": 0.7, "as_blocks": True}):
        assert calibration.coverage(noise, 10, boards=boards, **how) >= 0.93 - 2 * error
    assert calibration.coverage(noise, 5, boards=boards, cases=8) >= 0.93 - 2 * error


@pytest.mark.parametrize("noise", calibration.NOISES)
@pytest.mark.parametrize(("cases", "seeds"), [(1, 3), (1, 5), (1, 20), (8, 5)])
def test_equal_methods_are_rarely_told_apart_on_any_board(noise, cases, seeds):
    boards = 150
    found = calibration.honesty(noise, calibration.EQUAL, seeds, cases=cases, boards=boards, spread=0.0)
    assert found.any <= 0.05 + 2.6 * np.sqrt(0.05 * 0.95 / boards)


def test_strata_tell_apart_what_blocks_cannot():
    strata, blocks = (calibration.lead_power(8, 5, boards=100, lead=1, as_blocks=how) for how in (False, True))
    assert strata > 0.55 > 0.25 > blocks


def test_a_difference_of_the_stated_resolution_is_told_apart_on_half_of_the_boards():
    _, (half, just, twice) = calibration.resolved(8, 5, boards=200)
    assert half <= 0.2
    assert just == pytest.approx(0.5, abs=0.15)
    assert twice >= 0.8


def test_two_intervals_never_contradict_each_other():
    gain = np.random.default_rng(8).normal(size=(30, 4, 5)) + np.arange(30)[:, None, None] / 5
    decided = calibration.decisions(gain)
    assert (decided == -decided.T).all()
    places = ranking.place(gain, ranking.tally(gain), tiebreak=range(30))
    assert places.low.tolist() == (1 + (decided < 0).sum(axis=1)).tolist()
    assert (30 - places.high).tolist() == (decided > 0).sum(axis=1).tolist()
    assert (decided != 0).sum() > 30


def test_cases_that_share_draws_are_one_block():
    scores = np.random.default_rng(0).normal(size=(2, 8, 5)) + np.random.default_rng(1).normal(size=(2, 1, 5))
    blocks = statistics.strata_of(scores, share_draws=True)
    assert blocks.shape == (2, 1, 5)
    apart, together = (difference(*statistics.strata_of(scores, share_draws=how)) for how in (False, True))
    assert apart.value == pytest.approx(together.value)
    assert together.high - together.low > apart.high - apart.low


def test_weights_of_strata_are_those_of_the_mean():
    scores = np.random.default_rng(0).normal(size=(3, 4, 5))
    weights = np.array([3.0, 1.0, 0.0, 2.0])
    strata = statistics.strata_of(scores, "weights", weights=weights)
    assert strata.mean(axis=1) == pytest.approx(statistics.by_seed(scores, "weights", weights=weights))


def test_the_published_table_keeps_its_promises():
    text = calibration.DOCUMENT.read_text().partition(calibration.START)[2].partition(calibration.END)[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| ")
    ]
    by_name = {name: [[float(x) for x in re.findall(r"[\d.]+", cell)] for cell in cells] for name, *cells in rows}
    for noise in calibration.NOISES:
        if noise in calibration.SYMMETRIC:
            assert all(min(cell) >= 93 for cell in by_name[noise][2:])
        assert all(share <= 7 for cell in by_name[f"{noise}, all equal"] for share in cell)
    for name in ("8 × 5", "54 × 3"):
        [[_], [half], _, [twice]] = by_name[name]
        assert half <= 20
        assert twice >= 80


def test_the_difference_of_one_unpaired_stratum_is_welchs():
    one, other = np.random.default_rng(1).normal(size=(2, 7)) * [[1.0], [3.0]]
    found, welch = difference(one[None], other[None], [True]), stats.ttest_ind(one, other, equal_var=False)
    low, high = welch.confidence_interval(0.95)
    assert (found.value, found.low, found.high, found.p) == pytest.approx(
        (one.mean() - other.mean(), low, high, welch.pvalue)
    )


def simulated(lead, *, boards=6000, seeds=10):
    """Two methods on three cases, which differ by `lead`: scores (strata, seeds, boards) of both.

    On the first case both meet the same problems, on the others each meets its own; the second one's are more uneven.
    """
    rng = np.random.default_rng(2)
    first, second = rng.normal(size=(2, 3, seeds, boards)) * np.array([[[[1.0]]], [[[2.0]]]])
    shared = 5 * rng.normal(size=(seeds, boards))
    first[0] += shared
    second[0] += shared
    return first + lead, second


def share_told_apart(first, second, unpaired):
    """The share of simulated boards on which the two are told apart at 5 %."""
    found = statistics.moments_of_difference(first, second, unpaired)
    return float((statistics.p_values(found, negligible=np.array(0.0)) < 0.05).mean())


def test_methods_that_met_different_problems_are_compared_unpaired_at_the_same_size_with_more_power():
    apart = [False, True, True]
    assert share_told_apart(*simulated(0.0), apart) == pytest.approx(0.05, abs=0.01)
    few, ahead = ([scores[1:2] for scores in simulated(lead, seeds=3)] for lead in (0.0, 2.0))
    assert share_told_apart(*few, [True]) == pytest.approx(0.05, abs=0.015)
    assert share_told_apart(*ahead, [True]) > 1.1 * share_told_apart(*ahead, [False])


def test_what_is_shared_is_still_paired_where_other_cases_are_not():
    scores = simulated(1.5)
    assert share_told_apart(*scores, [False, True, True]) > share_told_apart(*scores, [True, True, True]) + 0.2


def test_a_board_with_problems_of_each_uploads_own_ranks_without_pairing_there():
    gain = np.random.default_rng(3).normal(size=(6, 2, 5)) + np.arange(6)[:, None, None]
    strengths = ranking.strength(gain, gain, [True, False])
    assert (strengths == -strengths.T).all()
    assert (np.diag(strengths) == 0).all()
    for i, j in ((0, 5), (2, 3)):
        p = difference(gain[i], gain[j], [True, False]).p
        assert abs(strengths[i, j]) == np.searchsorted(-ranking.LEVELS, -p)
    assert (ranking.strength(gain, gain) != strengths).any()


def test_equal_scores_are_never_told_apart_unpaired_either():
    scores = np.random.default_rng(4).normal(size=(1, 6))
    assert difference(scores, scores, [True]).p == 1
    assert difference(scores, scores + 1, [True]).p < difference(scores, scores, [True]).p


def test_which_strata_are_unpaired_follows_the_rule():
    salted = [True, False]
    assert statistics.unpaired_strata(salted) == salted
    assert statistics.unpaired_strata(salted, "worst") == [True]
    assert statistics.unpaired_strata(salted, share_draws=True) == [True]
    assert statistics.unpaired_strata([False, False]) is None
