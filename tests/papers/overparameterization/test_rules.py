"""Factored descent, the paper's rules for it, and what they are not."""

import numpy as np
import pytest

from papers import catalogue
from papers.overparameterization.problem import tables
from tests.papers.overparameterization.playing import play

TASK = catalogue.task("optimisation")
STEP = 1e-6


def namespace(slug, **constants):
    """A house method's file as a module, its constants replaced."""
    names = {}
    exec(TASK.code(TASK.method(slug)), names)
    return names | {"Method": names["Method"]} if not constants else replaced(slug, constants)


def replaced(slug, constants):
    names = {}
    exec(TASK.code(TASK.method(slug)), names)
    names.update(constants)
    return names


def info(**changes):
    return {"budget": 10, "lr_multiplier": STEP, "hessian_norm": 1.0, "loss": "l4", "stochastic": False} | changes


def one_step(slug, w, g, **constants):
    """Where a method goes from w, with a step of STEP along the gradient g."""
    method = namespace(slug, **constants)["Method"](0, "cpu")
    kind = "vector" if w.ndim == 1 else "matrix"
    method.start([list(w.shape)], [kind], [w.copy()], info())
    return method.step(1.0, [g])[0]


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_a_small_step_on_the_factors_is_the_end_to_end_rule(depth):
    objective = tables.diabetes("l4", public=True, rng=np.random.default_rng(0))
    w = 0.3 * np.random.default_rng(1).normal(size=10)
    g = objective.value_and_gradient(w)[1]
    factored, rule = (one_step(slug, w, g, DEPTH=depth) - w for slug in ("deep2", "e2e2"))
    assert np.linalg.norm(factored - rule) < 1e-5 * np.linalg.norm(rule)


@pytest.mark.parametrize("depth", [2, 3])
def test_the_rule_holds_for_matrices_too(depth):
    rng = np.random.default_rng(2)
    w, g = rng.normal(size=(3, 5)), rng.normal(size=(3, 5))
    factored, rule = (one_step(slug, w, g, DEPTH=depth) - w for slug in ("deep2", "e2e2"))
    assert np.linalg.norm(factored - rule) < 1e-5 * np.linalg.norm(rule)


@pytest.mark.parametrize("depth", [2, 3, 5])
def test_the_rule_for_one_output_is_the_one_for_matrices(depth):
    names = replaced("e2e2", {"DEPTH": depth})
    rng = np.random.default_rng(3)
    w, g = rng.normal(size=7), rng.normal(size=7)
    np.testing.assert_allclose(names["of_vector"](w, g), names["of_matrix"](w[None], g[None])[0], rtol=1e-10)


def test_the_factors_stay_balanced_to_second_order_in_the_step():
    rng = np.random.default_rng(4)
    w, g = rng.normal(size=(3, 5)), rng.normal(size=(3, 5))

    def drift(step):
        names = replaced("deep2", {"DEPTH": 3})
        method = names["Method"](0, "cpu")
        method.start([[3, 5]], ["matrix"], [w], info(lr_multiplier=step))
        method.step(1.0, [g])
        first, second, third = method.factors[0]
        return max(np.abs(b.T @ b - a @ a.T).max() for a, b in ((first, second), (second, third)))

    assert drift(1e-3) < 1e-4
    assert drift(1e-3) / drift(5e-4) == pytest.approx(4, rel=0.02)


def loop_integral(depth, *, inner=0.5, outer=1.5, angle=1.0, points=4001):
    """Of the rule's field for a constant gradient e, along r -> R at angle 0, an arc, back to r, and an arc home."""
    rule = replaced("e2e2", {"DEPTH": depth})["of_vector"]
    e = np.array([1.0, 0.0])
    t = np.linspace(0, 1, points)
    radii, angles = inner + (outer - inner) * t, angle * t
    paths = [
        np.column_stack([radii, 0 * t]),
        outer * np.column_stack([np.cos(angles), np.sin(angles)]),
        radii[::-1, None] * np.array([np.cos(angle), np.sin(angle)]),
        inner * np.column_stack([np.cos(angles[::-1]), np.sin(angles[::-1])]),
    ]
    total = 0.0
    for path in paths:
        middle, move = (path[1:] + path[:-1]) / 2, np.diff(path, axis=0)
        total += sum(float(rule(w, e) @ step) for w, step in zip(middle, move, strict=True))
    return total


@pytest.mark.parametrize(("depth", "value"), [(1, 0.0), (2, 0.0), (3, 0.31222), (4, 0.71131)])
def test_the_acceleration_is_no_gradient_of_any_regulariser(depth, value):
    """A closed loop in the field of a gradient gives 0; here it gives
    (1 - cos theta)(R^(3-2/N) - r^(3-2/N)) (N-1)(N-2)/(3N-2)."""
    power = 3 - 2 / depth
    exact = (1 - np.cos(1.0)) * (1.5**power - 0.5**power) * (depth - 1) * (depth - 2) / (3 * depth - 2)
    assert exact == pytest.approx(value, abs=1e-5)
    assert loop_integral(depth) == pytest.approx(exact, abs=1e-6)


@pytest.mark.parametrize(
    ("slug", "value"),
    [
        *((slug, 0) for slug in ("gd", "nesterov", "adam", "deep2", "e2e2")),
        *(("e2e3", 0.31222), ("deep3", 0.31222), ("deep4", 0.71131)),
    ],
)
def test_the_board_measures_that_work_from_what_a_method_answers(slug, value):
    assert play("loop", slug)["loop_work"] == pytest.approx(value, abs=1e-5)


def test_two_factors_of_a_number_follow_the_logistic_curve():
    """Loss (w - 1)^2 / 2, N = 2: w(t) = 1 / (1 + (1 / w0 - 1) exp(-2 t))."""
    step, w = 1e-3, np.array([0.01])
    method = namespace("deep2")["Method"](0, "cpu")
    method.start([[1]], ["vector"], [w], info(lr_multiplier=step))
    for _ in range(3000):
        w = method.step(0.0, [w - 1])[0]
    assert w[0] == pytest.approx(1 / (1 + (1 / 0.01 - 1) * np.exp(-6)), abs=2e-3)


def test_wider_factors_of_a_balanced_start_change_nothing():
    rng = np.random.default_rng(5)
    w, g = rng.normal(size=6), rng.normal(size=6)
    np.testing.assert_allclose(one_step("deep2", w, g), one_step("deep2_wide", w, g), rtol=1e-12)
