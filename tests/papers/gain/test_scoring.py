import math

import numpy as np
import pytest

from papers.gain.imputation import scoring

RNG = np.random.default_rng(0)
TRUTH = RNG.normal(size=(5, 3)) * [1, 10, 100]
FILLED = TRUTH + RNG.normal(size=(5, 3)) * [1, 10, 100]
MISSING = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 0], [0, 0, 1]], bool)


def by_loops(filled):
    """Squared and absolute errors of the missing cells in ranges, cell by cell."""
    squares = distances = count = 0
    for j in range(3):
        column = [TRUTH[i][j] for i in range(5)]
        span = max(column) - min(column) + 1e-6
        for i in range(5):
            if MISSING[i][j]:
                squares += ((filled[i][j] - TRUTH[i][j]) / span) ** 2
                distances += abs(filled[i][j] - TRUTH[i][j]) / span
                count += 1
    return math.sqrt(squares / count), distances / count


def test_rmse_and_mae_agree_with_two_loops():
    error = scoring.errors(FILLED, TRUTH, MISSING)
    rmse, mae = by_loops(FILLED)
    assert scoring.rms(error) == pytest.approx(rmse, rel=1e-12)
    assert np.abs(error).mean() == pytest.approx(mae, rel=1e-12)


def test_skill_is_zero_for_the_baseline_one_for_the_truth_and_negative_beyond():
    means = np.broadcast_to(TRUTH.mean(axis=0), TRUTH.shape)
    skill = [scoring.skill(x, means, TRUTH, MISSING) for x in (means, TRUTH, 2 * means - TRUTH, 3 * means - 2 * TRUTH)]
    assert skill == pytest.approx([0, 1, -1, -2])


@pytest.mark.parametrize("shift", [-7.0, 0.0, 0.5])
def test_w1_of_a_constant_shift_is_the_shift_in_ranges(shift):
    missing = np.zeros((5, 3), bool)
    missing[:3, 1] = True
    assert scoring.w1_columns(TRUTH, TRUTH + shift, missing) == pytest.approx(abs(shift) / scoring.spans(TRUTH)[1])


def test_w1_asks_for_the_distribution_not_for_the_cells():
    missing = np.ones((5, 3), bool)
    assert scoring.w1_columns(TRUTH, TRUTH[::-1], missing) == pytest.approx(0)
    assert scoring.rms(scoring.errors(TRUTH[::-1], TRUTH, missing)) > 0.1


def test_energy_is_zero_for_equal_rows_and_grows_with_a_shift():
    rows = RNG.normal(size=(300, 3))
    values = [scoring.energy(rows, rows + shift, np.random.default_rng(0)) for shift in (0, 0.3, 1)]
    assert values[0] == pytest.approx(0, abs=1e-12)
    assert values == sorted(values)


def test_energy_of_two_points_agrees_with_a_sum_by_hand():
    truth, filled = np.array([[0.0], [1.0]]), np.array([[0.0], [2.0]])
    # E|X-Y| = (0 + 1 + 2 + 1) / 4, E|X-X'| = 2 * 2 / 4, E|Y-Y'| = 2 * 1 / 4
    assert scoring.energy(truth, filled, np.random.default_rng(0)) == pytest.approx(2 * 1 - 1 - 0.5, abs=1e-5)


def test_categories_are_rounded_to_codes_that_the_column_has():
    truth = np.array([[0.0, 5], [2, 5], [4, 5]])
    filled = np.array([[0.9, 9], [1.1, 9], [40, 9]])  # to 0, 2 and 4: all right; column 2 is no category
    missing = np.ones((3, 2), bool)
    assert scoring.category_error(truth, filled, missing, np.array([True, False])) == 0
    filled[0, 0] = 1.1
    assert scoring.category_error(truth, filled, missing, np.array([True, False])) == pytest.approx(1 / 3)


def test_a_perfect_completion_has_no_coefficient_bias_and_predicts_well():
    x = RNG.normal(size=(600, 4))
    label = (x[:, 0] + 0.1 * RNG.normal(size=600) > 0).astype(int)
    learnt = np.arange(600) < 400
    assert set(scoring.congeniality(x, x, label).values()) == {0}
    assert scoring.downstream_auroc(x, label, learnt) > 0.99
    spoilt = x.copy()
    spoilt[:, 0] = RNG.normal(size=600)
    norms = scoring.congeniality(x, spoilt, label)
    assert norms["coefficient_error"] > norms["coefficient_bias"] > 0.5, "one of four columns carries it all"
    assert scoring.downstream_auroc(spoilt, label, learnt) < 0.8
