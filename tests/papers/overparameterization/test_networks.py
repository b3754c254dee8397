"""Networks on minibatches, as the full tier plays them, with few gradients."""

from dataclasses import replace

import numpy as np
import pytest

from papers.overparameterization.optimisation.cases import Objective
from papers.overparameterization.problem.networks import Training
from papers.task import Case
from tests.papers.overparameterization.playing import TASK, kind_of, play

MOVING = {house.file or house.slug: house.slug for house in TASK.house if house.kind in ("method", "baseline")}


def small(loss, *, budget):
    return Case(name=f"digits/{loss}", params=Objective("digits", loss, budget=budget))


def test_gradient_descent_learns_digits():
    scores = play(small("mlp", budget=60), "gd")
    assert scores["log_gap_auc"] < -0.15
    assert scores["test_accuracy"] > 0.5


def test_every_trial_meets_the_same_minibatches():
    scores = play(small("mlp", budget=5), "stay")
    assert scores["log_gap_auc"] == pytest.approx(scores["log_gap_auc_median"], abs=1e-12)


@pytest.mark.parametrize("slug", MOVING.values())
def test_a_house_method_moves_a_convolutional_network(slug):
    seen = []

    class Watched(kind_of(slug)):
        def step(self, loss, grads):
            seen.append((loss, [g.shape for g in grads]))
            return super().step(loss, grads)

    scores = play(small("convnet", budget=3), Watched)
    assert np.isfinite(list(scores.values())).all()
    assert [len(shape) for shape in seen[0][1]] == [4, 1, 4, 1, 2, 1, 2, 1]
    assert len({loss for loss, _ in seen}) > 3


def test_the_factors_of_a_dense_layer_begin_where_the_layer_begins():
    training = Training.draw("digits", "mlp", budget=2, rng=np.random.default_rng(0))
    method = kind_of("deep2")(0, "cpu")
    info = {"hessian_norm": float("nan"), "loss": "network", "stochastic": True, "budget": 2, "lr_multiplier": 0.0}
    method.start([list(x.shape) for x in training.start], training.kinds, training.start, info)
    answer = method.step(0.0, [0 * x for x in training.start])
    for x, start in zip(answer, training.start, strict=True):
        np.testing.assert_allclose(x, start, atol=1e-5)


def test_a_matrix_of_ten_outputs_is_minimised():
    case = TASK.board("full").case("digits/matrix")
    short = replace(case, params=replace(case.params, budget=30))
    assert play(short, "e2e2")["log_gap_auc"] < play(short, "stay")["log_gap_auc"] - 0.1
