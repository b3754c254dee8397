"""The theory against printed numbers, series and limits."""

import numpy as np
import pytest

from papers.dynamical_isometry.problem import theory


@pytest.mark.parametrize(
    ("depth", "sigma_w2", "sigma_b2"),
    [(32, 1.059868, 3.43e-5), (128, 1.015447, 6.07e-7), (1000, 1.0019970, 1.325e-9)],
)
def test_the_critical_pair_is_that_of_an_independent_quadrature(depth, sigma_w2, sigma_b2):
    pair = theory.critical("tanh", 1 / depth)
    assert pair[0] == pytest.approx(sigma_w2, abs=1e-6)
    assert pair[1] == pytest.approx(sigma_b2, rel=3e-3)


def test_for_small_q_the_pair_follows_its_series():
    for q in (1e-2, 1e-3):
        sigma_w2, sigma_b2 = theory.critical("tanh", q)
        assert sigma_w2 == pytest.approx(1 + 2 * q - 3 * q**2, abs=20 * q**3)
        assert sigma_b2 == pytest.approx(4 / 3 * q**3, rel=20 * q)


@pytest.mark.parametrize("q", [0.1, 0.5])
def test_a_critical_pair_has_q_as_its_fixed_point_and_chi_1(q):
    pair = theory.critical("tanh", q)
    assert theory.fixed_point("tanh", *pair) == pytest.approx(q, rel=1e-3)
    assert theory.chi("tanh", pair[0], q) == pytest.approx(1, abs=1e-12)


def test_for_relu_he_is_critical_and_no_variance_gives_isometry():
    assert theory.critical("relu", 0.01) == (2.0, 0.0)
    assert theory.chi("relu", 2.0, 0.3) == pytest.approx(1, abs=1e-3)
    assert theory.orthogonal_spread("relu", 0.01, 128) > 5


def test_without_bias_order_ends_at_variance_one():
    """Below it q* is 0 and chi the variance itself: a depth scale of 1 / |ln sigma_w^2|."""
    assert theory.depth_scale("tanh", 0.8, 0.0) == pytest.approx(1 / np.log(1 / 0.8), rel=1e-3)
    assert theory.chi("tanh", 1.5, theory.fixed_point("tanh", 1.5, 0.0)) > 1


def test_a_gradient_decays_over_the_depth_scale():
    """Far from the critical line: rounding by a quadrature of another kind, Gauss and Hermite's."""
    z, weights = np.polynomial.hermite_e.hermegauss(80)
    weights /= weights.sum()
    q = theory.fixed_point("tanh", 0.7, 0.05)
    chi = 0.7 * weights @ (1 / np.cosh(np.sqrt(q) * z)) ** 4
    assert theory.depth_scale("tanh", 0.7, 0.05) == pytest.approx(-1 / np.log(chi), rel=1e-6)


def test_uniform_kernels_multiply_a_mode_by_the_product_over_its_axes():
    factors = theory.mode_factors(np.full((3, 3), 1 / 9), 4, 4)
    axis = np.array([1, 1 / 3, -1 / 3, 1 / 3])
    assert factors == pytest.approx(np.outer(axis, axis), abs=1e-12)


def test_a_kernel_on_the_centre_keeps_every_mode_and_one_beside_it_only_turns_them():
    centre, beside = np.zeros((3, 3)), np.zeros((3, 3))
    centre[1, 1] = beside[1, 2] = 1
    assert theory.mode_factors(centre, 4, 4) == pytest.approx(np.ones((4, 4)), abs=1e-12)
    moved = theory.mode_factors(beside, 4, 4)
    assert moved == pytest.approx(np.tile([1, 1j, -1, -1j], (4, 1)), abs=1e-12)


def test_orthogonal_spread_falls_with_depth_at_the_demonstrations_variance():
    """At q = 1/L its square is 2 / L to first order."""
    for depth in (128, 1000):
        assert theory.orthogonal_spread("tanh", 1 / depth, depth) == pytest.approx(np.sqrt(2 / depth), rel=0.05)
