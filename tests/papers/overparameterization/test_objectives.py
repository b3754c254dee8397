"""Objectives: gradients, optima, curvature, and that rotations and drawn targets hide what they should."""

import numpy as np
import pytest

from papers.overparameterization.problem import tables
from papers.overparameterization.problem.losses import LOSSES

OPTIMA = {"l2": 0.241126, "l4": 0.152029, "l6": 0.177955}
CURVATURE = {"l2": 4.0242, "l4": 14.327, "l6": 57.988}


def rng(number=0):
    return np.random.default_rng(number)


@pytest.mark.parametrize("loss", OPTIMA)
def test_the_optima_of_diabetes_are_known_and_do_not_depend_on_the_rotation(loss):
    first, second = (tables.diabetes(loss, public=True, rng=rng(number)) for number in (1, 2))
    assert first.optimum() == pytest.approx(OPTIMA[loss], abs=1e-6)
    assert first.optimum() == pytest.approx(second.optimum(), abs=1e-8)
    assert first.hessian_norm() == pytest.approx(CURVATURE[loss], rel=1e-4)


def test_the_optimum_of_the_public_labels_is_known():
    objective = tables.breast(public=True, rng=rng())
    assert objective.optimum() == pytest.approx(0.043446, abs=1e-6)
    assert objective.hessian_norm() == pytest.approx(3.3204, abs=1e-3)


@pytest.mark.parametrize("loss", [*OPTIMA, "huber"])
def test_gradients_are_what_differences_say(loss):
    objective = tables.diabetes(loss, public=True, rng=rng())
    w, step = 0.3 * rng(3).normal(size=10), 1e-6
    differences = [(objective.value(w + step * e) - objective.value(w - step * e)) / (2 * step) for e in np.eye(len(w))]
    np.testing.assert_allclose(objective.value_and_gradient(w)[1], differences, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", LOSSES)
def test_slope_and_curvature_are_derivatives_of_the_value(name):
    loss, y = LOSSES[name], np.array([-1.0, 1.0, 1.0])
    z, step = np.array([0.3, -0.2, 2.7]), 1e-5
    slope = (loss.value(z + step, y) - loss.value(z - step, y)) / (2 * step)
    np.testing.assert_allclose(loss.slope(z, y), slope, rtol=1e-6, atol=1e-8)
    curvature = (loss.slope(z + step, y) - loss.slope(z - step, y)) / (2 * step)
    np.testing.assert_allclose(loss.curvature(z, y), curvature, rtol=1e-6, atol=1e-8)


def test_gradient_descent_on_a_quadratic_converges_up_to_twice_the_inverse_of_its_curvature():
    objective = tables.synthetic("l2", condition=100.0, rng=rng())
    optimum = objective.optimum()

    def last_gap(factor):
        w = np.full(objective.shape, 0.1)
        for _ in range(400):
            w = w - factor / objective.hessian_norm() * objective.value_and_gradient(w)[1]
        return objective.value(w) - optimum

    assert last_gap(1.99) < objective.value(np.zeros(objective.shape)) - optimum
    assert last_gap(2.01) > last_gap(1.99) * 10


def test_the_synthetic_design_has_the_condition_number_that_it_says():
    objective = tables.synthetic("l2", condition=1e3, rng=rng())
    values = np.linalg.eigvalsh(objective.hessian(np.zeros(objective.shape)))
    assert values[-1] / values[0] == pytest.approx(1e3, rel=1e-6)
    assert objective.y.std() == pytest.approx(1)


@pytest.mark.parametrize("loss", ["l2", "l4"])
def test_a_drawn_target_is_about_as_hard_as_the_public_one_and_another_for_each_seed(loss):
    public = tables.diabetes(loss, public=True, rng=rng()).optimum()
    drawn = [tables.diabetes(loss, public=False, rng=rng(number)).optimum() for number in range(8)]
    assert len({round(value, 9) for value in drawn}) == 8
    assert 0.7 * public < np.mean(drawn) < 1.4 * public


def test_drawn_labels_are_about_as_separable_as_the_public_ones():
    public = tables.breast(public=True, rng=rng()).optimum()
    drawn = np.mean([tables.breast(public=False, rng=rng(number)).optimum() for number in range(5)])
    assert 0.4 * public < drawn < 2.5 * public
