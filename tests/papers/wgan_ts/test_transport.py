"""Exact transport: the truth, its second and third solvers, and what potentials prove."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment, linprog
from scipy.stats import wasserstein_distance

from papers.wgan_ts.kit import assignment, exact_potentials
from papers.wgan_ts.problem import transport
from papers.wgan_ts.problem.transport import certificate, distance, dual_value, pairwise, solve
from tests.papers.wgan_ts.transporting import instance, load

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def clouds():
    rng = np.random.default_rng(1)
    return rng.normal(size=(150, 3)), 1.5 * rng.normal(size=(150, 3)) + 0.3


def by_highs(c, a, b):
    """The whole linear programme by an interior point and simplex code that shares nothing with POT."""
    n, m = c.shape
    rows = np.kron(np.eye(n), np.ones(m))
    columns = np.kron(np.ones(n), np.eye(m))
    return linprog(c.ravel(), A_eq=np.r_[rows, columns], b_eq=np.r_[a, b], method="highs").fun


# The truth


@pytest.mark.parametrize("number", range(60))
def test_the_network_simplex_agrees_with_a_second_solver(number):
    x, y, cost, a, b = instance(number)
    c = pairwise(x, y, cost)
    assert solve(c, a, b).value == pytest.approx(by_highs(c, a, b), abs=1e-9)


def test_an_assignment_solver_agrees_on_equal_weights(clouds):
    for cost in ("l1", "l2"):
        c = pairwise(*clouds, cost)
        assert solve(c).value == pytest.approx(c[linear_sum_assignment(c)].mean(), abs=1e-10)


def test_primal_and_dual_meet_and_the_duals_are_feasible(clouds):
    c = pairwise(*clouds, "l1")
    found = solve(c)
    assert found.f.mean() + found.g.mean() == pytest.approx(found.value, abs=1e-10)
    assert (found.f[:, None] + found.g - c).max() <= 1e-10
    assert found.plan.sum(axis=0) == pytest.approx(np.full(150, 1 / 150))
    assert found.plan.sum(axis=1) == pytest.approx(np.full(150, 1 / 150))


@pytest.mark.parametrize("weights", [(), (np.full(150, 1 / 150), np.full(150, 1 / 150))])
def test_an_answer_that_its_duals_do_not_prove_is_refused(clouds, monkeypatch, weights):
    monkeypatch.setattr(assignment, "ITERATIONS", 3)
    with pytest.warns(UserWarning, match="numItermax"), pytest.raises(transport.UncertainError, match="gap"):
        solve(pairwise(*clouds, "l1"), *weights)


def test_on_a_line_sorting_is_the_answer():
    x, y = RNG.normal(size=(200, 1)), RNG.exponential(size=(200, 1))
    by_sorting = np.abs(np.sort(x, axis=0) - np.sort(y, axis=0)).mean()
    assert distance(x, y, "l1") == pytest.approx(by_sorting, abs=1e-12)
    uneven = RNG.normal(size=(130, 1))
    assert distance(x, uneven, "l2") == pytest.approx(wasserstein_distance(x[:, 0], uneven[:, 0]), abs=1e-12)


@pytest.mark.parametrize("cost", ["l1", "l2"])
def test_a_translation_costs_its_length(clouds, cost):
    t = np.array([0.5, -2, 1])
    length = np.abs(t).sum() if cost == "l1" else np.linalg.norm(t)
    assert distance(clouds[0], clouds[0] + t, cost) == pytest.approx(length, abs=1e-10)


def test_it_is_a_metric_and_scales(clouds):
    x, y = clouds
    z = RNG.normal(size=(150, 3))
    xy, yz, xz = (distance(*pair, "l2") for pair in ((x, y), (y, z), (x, z)))
    assert distance(y, x, "l2") == pytest.approx(xy, abs=1e-12)
    assert distance(x, x, "l2") == 0
    assert xz <= xy + yz
    assert distance(-3 * x, -3 * y, "l2") == pytest.approx(3 * xy, rel=1e-12)


def test_for_l1_products_of_two_point_measures_add_up_over_coordinates():
    d = 4
    corners = np.stack(np.meshgrid(*[[0, 1]] * d, indexing="ij"), axis=-1).reshape(-1, d)
    p, q = RNG.uniform(0.1, 0.9, (2, d))
    low, high = RNG.normal(size=(2, d))
    a, b = (np.prod(np.where(corners, s, 1 - s), axis=1) for s in (p, q))
    x, y = low + corners, high + 2 * corners
    sides = [wasserstein_distance(x[[0, -1], k], y[[0, -1], k], [1 - p[k], p[k]], [1 - q[k], q[k]]) for k in range(d)]
    assert solve(pairwise(x, y, "l1"), a, b).value == pytest.approx(sum(sides), abs=1e-12)


# The exact house method: assignment and shortest ways, or column generation; neither is the solver of the truth


@pytest.mark.parametrize("number", range(200))
def test_the_exact_method_equals_the_truth(number):
    x, y, cost, a, b = instance(number)
    c = pairwise(x, y, cost)
    truth = solve(c, a, b).value
    f, g = load("exact_lp").general_potentials(c, a, b)
    assert a @ f - b @ g == pytest.approx(truth, abs=1e-6)
    assert (f[:, None] - g - c).max() <= 1e-6
    method = load("exact_lp").Method(0, "cpu")
    estimate = method.fit(x.astype(np.float32), y.astype(np.float32), cost)
    assert estimate == pytest.approx(distance(x.astype(np.float32), y.astype(np.float32), cost), abs=1e-6)


@pytest.mark.parametrize("number", range(0, 200, 3))
def test_the_potentials_of_a_batch_are_optimal_feasible_and_centred(number):
    x, y, cost, _, _ = instance(number)
    c = pairwise(x, y, cost)
    f, g = exact_potentials(c)
    assert f.mean() - g.mean() == pytest.approx(solve(c).value, abs=1e-10)
    assert (f[:, None] - g - c).max() <= 1e-10
    assert f.sum() + g.sum() == pytest.approx(0, abs=1e-9)


FAR_APART = {
    "gaussians": lambda rng: pairwise(rng.normal(size=(1000, 16)), 2 * rng.normal(size=(1000, 16)), "l2"),
    "on a grid": lambda rng: pairwise(rng.integers(0, 3, (1000, 30)), rng.integers(0, 3, (1000, 30)), "l1"),
    "each ten times": lambda rng: pairwise(*rng.normal(size=(2, 100, 16)).repeat(10, axis=1), "l1"),
    "tiny": lambda rng: 1e-14 * pairwise(*rng.normal(size=(2, 1000, 16)), "l2"),
    "all alike": lambda rng: np.ones((1000, 1000)),
    "one row near all": lambda rng: np.vstack([np.full((1, 1000), 0.5), rng.uniform(1, 2, (999, 1000))]),
    "a third in one place": lambda rng: pairwise(
        rng.normal(size=(1000, 16)) * (np.arange(1000) % 3 > 0)[:, None], rng.normal(size=(1000, 16)), "l2"
    ),
}


TIED = ("all alike", "a third in one place")


@pytest.mark.parametrize("name", [name for name in FAR_APART if name not in TIED])
def test_where_points_are_far_apart_some_pairs_lead_to_the_same_optimum(name, monkeypatch):
    c = FAR_APART[name](np.random.default_rng(0))
    monkeypatch.setattr(assignment, "_among_all", refuse_beyond(assignment.FEW))
    s, f, g = assignment.exact_assignment(c)
    assert sorted(s) == list(range(1000))
    assert c[np.arange(1000), s].mean() == pytest.approx(c[linear_sum_assignment(c)].mean(), rel=1e-12)
    assert (f - g).mean() == pytest.approx(c[np.arange(1000), s].mean(), rel=1e-10)
    assert (f[:, None] - g - c).max() <= 1e-12 * c.mean()


@pytest.mark.parametrize(("name", "rounds"), [("gaussians", 0), *((name, assignment.ROUNDS) for name in TIED)])
def test_where_some_pairs_do_not_do_all_are_looked_at(name, rounds, monkeypatch):
    monkeypatch.setattr(assignment, "ROUNDS", rounds)
    c = FAR_APART[name](np.random.default_rng(0))
    f, g = exact_potentials(c)
    assert f.mean() - g.mean() == pytest.approx(c[linear_sum_assignment(c)].mean(), rel=1e-12)


def refuse_beyond(few):
    among_all = assignment._among_all

    def refusing(c):
        assert len(c) < few, "all pairs were looked at"
        return among_all(c)

    return refusing


def test_both_formulations_of_the_exact_method_agree_on_larger_samples(clouds):
    c = pairwise(*clouds, "l1")
    pairs = [exact_potentials(c), load("exact_lp").general_potentials(c)]
    assert [f.mean() - g.mean() for f, g in pairs] == pytest.approx([solve(c).value] * 2, abs=1e-9)


# What potentials prove


def test_optimal_potentials_close_the_bracket(clouds):
    c = pairwise(*clouds, "l2")
    found = solve(c)
    bounds = certificate(c, found.f)
    assert bounds.lower == pytest.approx(found.value, abs=1e-9)
    assert bounds.upper == pytest.approx(found.value, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 1e6))
def test_any_potentials_bracket_the_truth(number, size):
    rng = np.random.default_rng(number)
    n = int(rng.integers(1, 40))
    c = pairwise(np.round(rng.normal(size=(n, 2)), 1), np.round(rng.normal(size=(n, 2)), 1), "l1")
    bounds = certificate(c, size * rng.normal(size=n))
    assert bounds.lower <= solve(c).value + 1e-9 * (1 + size)
    assert bounds.upper >= solve(c).value - 1e-9


def test_better_potentials_make_a_narrower_bracket(clouds):
    c = pairwise(*clouds, "l1")
    f = solve(c).f
    widths = [b.upper - b.lower for b in (certificate(c, share * f) for share in (0, 0.5, 0.9, 1))]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < 1e-9 < widths[-2]


def test_the_semi_dual_reaches_the_truth_at_the_optimum_only(clouds):
    c = pairwise(*clouds, "l1")
    found = solve(c)
    assert dual_value(c, found.f) == pytest.approx(found.value, abs=1e-10)
    assert dual_value(c, found.f + 0.1 * RNG.normal(size=150)) < found.value - 1e-3


def test_sampling_alone_overestimates_more_so_in_more_dimensions():
    """Means of 3 draws of the exact distance between samples 0.5 a coordinate apart, L1; measured beforehand."""
    rng = np.random.default_rng(0)
    for d, n, bias, tolerance in (
        (2, 100, 0.08, 0.09),
        (8, 100, 0.39, 0.06),
        (8, 1000, 0.17, 0.05),
        (32, 100, 0.87, 0.06),
    ):
        draws = [distance(rng.normal(size=(n, d)), 0.5 + rng.normal(size=(n, d)), "l1") / (0.5 * d) for _ in range(3)]
        assert np.mean(draws) - 1 == pytest.approx(bias, abs=tolerance)
