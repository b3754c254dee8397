"""Pairs with a known distance against sampling, other formulas, and their own potentials."""

import numpy as np
import pytest
from scipy.stats import wasserstein_distance

from papers.wgan_ts.problem.forms import Cones
from papers.wgan_ts.problem.pairs import FAMILIES, GRID, MARGINS, make_pair
from papers.wgan_ts.problem.transport import distance, pairwise
from papers.wgan_ts.wasserstein.slopes import draw_probes, dual_norm, mean_cosine, steepest
from tests.papers.wgan_ts.transporting import load

FAMILY_AND_D = [(family, d) for family in FAMILIES for d in (1, 8)]
each_pair = pytest.mark.parametrize(("family", "d"), FAMILY_AND_D)


def pair_of(family, d, number=0):
    return make_pair(family, d, np.random.default_rng(number))


@each_pair
def test_the_true_potential_certifies_the_truth(family, d):
    pair = pair_of(family, d)
    rng = np.random.default_rng(1)
    rises = [(pair.potential(pair.p(100_000, rng)), pair.potential(pair.q(100_000, rng))) for _ in range(2)]
    x, y = (np.concatenate(side) for side in zip(*rises, strict=True))
    error = np.sqrt((x.var() + y.var()) / len(x))
    assert x.mean() - y.mean() == pytest.approx(pair.truth, abs=4 * error + 1e-3 * pair.truth)


@each_pair
def test_the_true_potential_is_1_lipschitz(family, d):
    pair = pair_of(family, d)
    x, y = pair.sample(400, np.random.default_rng(2))
    x, y = x.astype(float), y.astype(float)
    slope = steepest(pair.potential(x)[:, None] - pair.potential(y), pairwise(x, y, pair.cost))
    assert 0.9 < slope <= 1 + 1e-2 * (family == "product") + 1e-9  # the product's one lives on a grid


@pytest.mark.parametrize("family", ["planes", "blocks", "cones", "fans"])
def test_gradients_in_closed_form_agree_with_finite_differences(family):
    pair = pair_of(family, 4)
    probes = draw_probes(*pair.sample(600, np.random.default_rng(3)), np.random.default_rng(4))
    found = probes.gradients(*(pair.potential(z.astype(float)) for z in probes.questions))
    true = pair.gradient(probes.points.astype(float))
    close = np.abs(found - true).max(axis=1) < 1e-2
    assert close.mean() > 0.9  # ridges between pieces and the tip of a cone have no gradient
    assert np.median(np.abs(found - true)) < 1e-3
    assert np.median(dual_norm(found, pair.cost)) == pytest.approx(1, abs=1e-3)
    assert mean_cosine(found, true) > 0.98
    assert mean_cosine(-found, true) < -0.98


@pytest.mark.parametrize("family", FAMILIES)
def test_large_samples_come_near_the_truth_in_one_dimension(family):
    pair = pair_of(family, 1)
    x, y = pair.sample(200_000, np.random.default_rng(5))
    assert wasserstein_distance(x[:, 0], y[:, 0]) == pytest.approx(pair.truth, rel=0.02)


def test_the_product_adds_up_one_dimensional_distances():
    pair = pair_of("product", 3)
    x, y = pair.sample(300_000, np.random.default_rng(6))
    sides = [wasserstein_distance(x[:, k], y[:, k]) for k in range(3)]
    assert sum(sides) == pytest.approx(pair.truth, rel=0.01)


@pytest.mark.parametrize("name", MARGINS)
def test_margins_have_mean_zero_and_their_spread(name):
    draw, cdf = MARGINS[name](2.0)
    x = draw(400_000, np.random.default_rng(8))
    assert x.mean() == pytest.approx(0, abs=0.02)
    assert x.std() == pytest.approx(2, abs=0.02)
    assert np.abs(np.searchsorted(np.sort(x), [-2, 0, 1]) / len(x) - cdf(np.array([-2.0, 0, 1]))).max() < 4e-3
    assert cdf(GRID)[0] == pytest.approx(0, abs=1e-9)
    assert cdf(GRID)[-1] == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("family", ["planes", "blocks", "cones", "fans"])
def test_plan_and_potential_meet_point_by_point(family):
    """u(x) - u(T x) = c(x, T x) to machine precision: T keeps to the piece that is active, so both bounds are the truth."""
    pair = pair_of(family, 5)
    x, y = (draw(1000, np.random.default_rng(9)) for draw in (pair.p, pair.q))
    way = np.linalg.norm(x - y, 1 if pair.cost == "l1" else 2, axis=1)
    assert pair.potential(x) - pair.potential(y) == pytest.approx(way, abs=1e-12)
    assert way.mean() == pytest.approx(pair.truth, rel=0.1)


def test_no_two_seeds_draw_one_form():
    """Neither how many pieces nor how far they move: what a method could read in the source is not what it meets."""
    drawn = [Cones.draw(4, "l2", np.random.default_rng(number)) for number in range(20)]
    assert {len(form.centres) for form in drawn} == {3, 4, 5, 6}
    assert len({share for form in drawn for share in form.shares.ravel()}) == sum(len(form.centres) for form in drawn)


def test_samples_in_the_plane_come_near_the_truth_from_above():
    pair = pair_of("cones", 2)
    draws = [distance(*pair.sample(1000, np.random.default_rng(index)), "l2") for index in range(4)]
    assert 0.97 < np.mean(draws) / pair.truth < 1.15


def test_slopes_count_neither_coincident_points_nor_signs():
    c = np.array([[0.0, 2.0]])
    assert steepest(np.array([[5.0, -3.0]]), c) == 1.5
    assert steepest(np.array([[5.0]]), np.zeros((1, 1))) == 0


# House methods whose answer is known


def test_slicing_along_the_axes_is_exact_on_a_product_of_samples():
    """All combinations of coordinates: the empirical measures are products, so the sum over axes is W1 itself."""
    rng = np.random.default_rng(10)
    x, y = (np.stack(np.meshgrid(*rng.normal(size=(2, 6)), indexing="ij"), -1).reshape(-1, 2) for _ in "xy")
    method = load("sliced").Method(0, "cpu")
    estimate = method.fit(x, y, "l1")
    assert estimate == pytest.approx(distance(x, y, "l1"), abs=1e-9)
    assert method.potential(x).mean() - method.potential(y).mean() == pytest.approx(estimate, abs=1e-9)


@pytest.mark.parametrize("cost", ["l1", "l2"])
def test_slicing_meets_a_shift(cost):
    rng = np.random.default_rng(11)
    x, t = rng.normal(size=(500, 3)), np.array([1.0, -2, 0.5])
    length = np.abs(t).sum() if cost == "l1" else np.linalg.norm(t)
    assert load("sliced").Method(0, "cpu").fit(x, x + t, cost) == pytest.approx(length, rel=0.08)


def test_with_little_entropy_sinkhorn_nears_the_exact_distance_from_above():
    rng = np.random.default_rng(12)
    x, y = rng.normal(size=(200, 2)), rng.normal(size=(200, 2)) + 1
    exact = distance(x, y, "l2")
    found = {}
    for epsilon in (0.5, 0.1, 0.02):
        module = load("sinkhorn")
        module.EPSILON, module.ROUNDS = epsilon, 2000
        found[epsilon] = module.Method(0, "cpu").fit(x, y, "l2")
    assert found[0.5] > found[0.1] > found[0.02] > exact - 1e-6
    assert found[0.02] == pytest.approx(exact, rel=0.02)


def test_the_sinkhorn_divergence_of_equal_samples_is_zero():
    x = np.random.default_rng(13).normal(size=(300, 2))
    method = load("sinkhorn_divergence").Method(0, "cpu")
    assert method.fit(x, x, "l1") == pytest.approx(0, abs=1e-6)
    assert load("sinkhorn").Method(0, "cpu").fit(x, x, "l1") > 0.05  # the bias that it takes away


def test_means_are_exact_for_a_shift_and_blind_to_a_spread():
    rng = np.random.default_rng(14)
    x, t = rng.normal(size=(400, 3)), np.array([1, -1, 2])
    method = load("means").Method(0, "cpu")
    assert method.fit(x, x + t, "l1") == pytest.approx(4, abs=1e-9)
    assert method.potential(x).mean() - method.potential(x + t).mean() == pytest.approx(4, abs=1e-9)
    assert load("means").Method(0, "cpu").fit(x - x.mean(0), 3 * (x - x.mean(0)), "l1") == pytest.approx(0, abs=1e-9)
