"""The operators against what is known of them: closed forms, brute force, invariants, finite differences."""

from itertools import product

import numpy as np
import pytest

from papers import data
from papers.differentiable_dp.problem import reference
from papers.differentiable_dp.problem.smoothing import smoothed_max

OPS = ("entropy", "l2")
each_op = pytest.mark.parametrize("op", OPS)
each_program = pytest.mark.parametrize("program", ["viterbi", "dtw"])


def problem(program, rng, *, batch=3):
    """theta and its sizes, some smaller than theta."""
    if program == "viterbi":
        return rng.normal(size=(batch, 5, 4, 4)), (np.array([5, 3, 1]),)
    return rng.normal(size=(batch, 5, 7)), (np.array([5, 3, 1]), np.array([7, 4, 6]))


def solve(program, theta, sizes, op, gamma, z=None):
    return getattr(reference, program)(theta, *sizes, op, gamma, z)


def test_scores_of_zero_have_a_closed_form():
    theta, lengths = np.zeros((1, 6, 4, 4)), np.array([6])
    value, expected, _ = reference.viterbi(theta, lengths, "entropy", 0.7)
    np.testing.assert_allclose(value, 7 * 0.7 * np.log(4), rtol=1e-12)
    np.testing.assert_allclose(expected, 1 / 16, rtol=1e-12)
    value, expected, _ = reference.viterbi(theta, lengths, "l2", 0.7)
    np.testing.assert_allclose(value, -7 * 0.7 / 8, rtol=1e-12)
    np.testing.assert_allclose(expected, 1 / 16, rtol=1e-12)


def test_dtw_of_zero_costs_counts_paths():
    """13 paths lead through 3 x 3 cells: the central Delannoy number D(2, 2)."""
    three = np.array([3])
    value = reference.dtw(np.zeros((1, 3, 3)), three, three, "entropy", 0.7).value
    np.testing.assert_allclose(value, -0.7 * np.log(13), rtol=1e-12)


def test_entropy_is_the_log_partition_over_all_paths():
    theta = np.random.default_rng(0).normal(size=(1, 3, 3, 3))
    paths = product(range(3), repeat=4)
    scores = np.array([sum(theta[0, t, path[t + 1], path[t]] for t in range(3)) for path in paths])
    value = reference.viterbi(theta, np.array([3]), "entropy", 0.5).value
    np.testing.assert_allclose(value, 0.5 * np.log(np.exp(scores / 0.5).sum()), rtol=1e-12)


@each_op
def test_one_state_adds_up_and_one_step_is_two_maxima(op):
    rng = np.random.default_rng(1)
    chain = rng.normal(size=(2, 5, 1, 1))
    value = reference.viterbi(chain, np.array([5, 5]), op, 2.0).value
    np.testing.assert_allclose(value, chain.sum((1, 2, 3)) - (6 if op == "l2" else 0), rtol=1e-12)
    step = rng.normal(size=(2, 1, 3, 3))
    twice = smoothed_max(smoothed_max(step[:, 0], op, 2.0)[0], op, 2.0)[0]
    np.testing.assert_allclose(reference.viterbi(step, np.array([1, 1]), op, 2.0).value, twice, rtol=1e-12)


@each_op
def test_a_shift_of_a_step_adds_to_the_value_alone_and_gamma_is_a_scale(op):
    rng = np.random.default_rng(2)
    theta, lengths = rng.normal(size=(2, 5, 3, 3)), np.array([5, 5])
    shift = rng.normal(size=5)
    plain, moved = (reference.viterbi(scores, lengths, op, 0.8) for scores in (theta, theta + shift[:, None, None]))
    np.testing.assert_allclose(moved.value, plain.value + shift.sum(), atol=1e-10)
    np.testing.assert_allclose(moved.expected, plain.expected, atol=1e-10)
    np.testing.assert_allclose(plain.value, 0.8 * reference.viterbi(theta / 0.8, lengths, op, 1.0).value, atol=1e-12)


@each_op
def test_the_expected_path_is_a_flow(op):
    theta, sizes = problem("viterbi", np.random.default_rng(3))
    expected = reference.viterbi(theta, *sizes, op, 0.5).expected
    alive = np.arange(5) < sizes[0][:, None]
    np.testing.assert_allclose(expected.sum((2, 3)), alive, atol=1e-12)
    for t in range(4):  # who leaves step t arrives at step t + 1
        np.testing.assert_allclose(expected[0, t + 1].sum(0), expected[0, t].sum(1), atol=1e-12)
    assert expected.min() >= 0
    costs, (rows, cols) = problem("dtw", np.random.default_rng(3))
    expected = reference.dtw(costs, rows, cols, op, 0.5).expected
    np.testing.assert_allclose(expected[:, 0, 0], 1, atol=1e-12)
    np.testing.assert_allclose(expected[np.arange(3), rows - 1, cols - 1], 1, atol=1e-12)


@each_op
@each_program
def test_finite_differences_agree_and_the_hessian_is_symmetric_and_semidefinite(program, op):
    rng = np.random.default_rng(4)
    theta, sizes = problem(program, rng)
    z, other = rng.normal(size=theta.shape), rng.normal(size=theta.shape)
    _, expected, product_z = solve(program, theta, sizes, op, 1.0, z)
    after, before = (solve(program, theta + step * z, sizes, op, 1.0) for step in (1e-5, -1e-5))
    np.testing.assert_allclose((after.value - before.value).sum() / 2e-5, (expected * z).sum(), rtol=1e-6)
    np.testing.assert_allclose((after.expected - before.expected) / 2e-5, product_z, atol=1e-6)
    product_other = solve(program, theta, sizes, op, 1.0, other).product
    np.testing.assert_allclose((other * product_z).sum(), (z * product_other).sum(), atol=1e-10)
    assert (z * product_z).sum() * (1 if program == "viterbi" else -1) >= 0


@each_op
@each_program
def test_little_smoothing_is_none_and_the_bounds_hold(program, op):
    rng = np.random.default_rng(5)
    theta, sizes = problem(program, rng)
    hard = reference.best_path(theta, *sizes) if program == "viterbi" else reference.least_cost(theta, *sizes)
    np.testing.assert_allclose(solve(program, theta, sizes, op, 1e-6).value, hard, atol=1e-4)
    value = solve(program, theta, sizes, op, 0.7).value
    if program == "viterbi":
        low, high = (0, 0.7 * np.log(4)) if op == "entropy" else (-0.35, -0.35 / 4)
        maxima = sizes[0] + 1
    else:
        low, high = (-0.7 * np.log(3), 0) if op == "entropy" else (0, 0.35)
        maxima = sizes[0] + sizes[1] - 1
    assert (hard + low * maxima - 1e-12 <= value).all()
    assert (value <= hard + high * maxima + 1e-12).all()


def test_the_squared_norm_gives_exact_zeros():
    """88 % with scores of unit variance, as measured for nine states."""
    rng = np.random.default_rng(6)
    expected = reference.viterbi(rng.normal(size=(4, 100, 9, 9)), np.full(4, 100), "l2", 1.0).expected
    assert (expected == 0).mean() == pytest.approx(0.88, abs=0.03)


@pytest.mark.slow
def test_the_nearest_neighbour_by_hard_dtw_errs_as_often_as_known():
    """.0496 and .0447, as the archive says of DTW in a full window and of Euclid's distance; squared costs."""
    try:
        arrays = data.dataset("ucr4")
    except data.DataError as error:
        pytest.skip(str(error))
    known, asked = (arrays[f"ItalyPowerDemand_{part}_x"].astype(float) for part in ("TRAIN", "TEST"))
    costs = np.concatenate([distances(known, some) for some in np.array_split(asked, 15)])
    squares = ((asked[:, None] - known) ** 2).sum(-1)
    for nearest, error in ((costs, 0.0496), (squares, 0.0447)):
        labels = arrays["ItalyPowerDemand_TRAIN_y"][nearest.argmin(1)]
        assert (labels != arrays["ItalyPowerDemand_TEST_y"]).mean() == pytest.approx(error, abs=5e-5)


def distances(known, asked):
    """Hard DTW of every pair: (asked, known)."""
    theta = (asked[:, None, :, None] - known[None, :, None, :]) ** 2
    length = np.full(len(asked) * len(known), known.shape[1])
    cost = reference.least_cost(theta.reshape(-1, *theta.shape[2:]), length, length)
    return cost.reshape(len(asked), len(known))
