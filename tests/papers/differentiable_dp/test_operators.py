"""The gate: who is right passes, who is wrong is named; and what a method might try."""

import math

import numpy as np
import pytest

from papers.differentiable_dp.dp_operators import play as board
from papers.differentiable_dp.dp_operators.scoring import wire_credit
from tests.papers.differentiable_dp.operating import CASES, Kept, loaded, play

RIGHT = ("closed_form", "compiled", "loop_rescaled")


def failed(scores):
    return {name.removeprefix("failed_") for name, count in scores.items() if name.startswith("failed_") and count}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("slug", RIGHT)
def test_methods_that_are_right_pass_every_check(slug, case):
    report = Kept()
    scores = play(case, slug, steps=(30,), report=report)
    assert failed(scores) == set(), report.tables
    assert scores["pass_rate"] == 1
    assert math.isfinite(scores["cost"])
    assert set(report.matrices) == {"Expected path"}


@pytest.mark.slow
def test_the_tree_is_right_for_entropy_and_wrong_for_the_squared_norm():
    assert failed(play("viterbi/entropy", "tree")) == set()
    scores = play("viterbi/l2", "tree")
    assert "plain" in failed(scores)
    assert "cost" not in scores


def test_float32_needs_rescaling_over_500_steps():
    report = Kept()
    assert failed(play("viterbi/entropy", "loop_unbind", report=report)) == {"long"}
    assert any("500" in text for _, text in report.tables["What failed or was left out"])
    assert failed(play("viterbi/entropy", "loop_rescaled")) == set()


def test_the_hard_optimum_must_fail():
    scores = play("viterbi/entropy", "hard")
    assert {"plain", "long", "bounds"} <= failed(scores) | {"bounds"}
    assert "cost" not in scores


def test_what_is_not_there_fails_by_name():
    report = Kept()
    scores = play("dtw/l2", "tree", report=report)
    assert failed(scores) == {"plain"}
    assert "no dtw" in report.tables["What failed or was left out"][0][1]


def spoilt(slug, spoil):
    """A house method whose value and gradient go through `spoil(call number, theta, answer)`."""
    method, calls = loaded(slug), [0]
    solve = method.viterbi

    def viterbi(theta, lengths, op, gamma):
        calls[0] += 1
        return spoil(calls[0], theta, solve(theta, lengths, op, gamma))

    method.viterbi = viterbi
    return method


@pytest.mark.slow
def test_garbage_past_the_gates_sizes_is_caught():
    def spoil(_, theta, answer):
        return (answer[0] + 0.1, answer[1]) if theta.shape[1] > 500 else answer

    honest, cheat = (
        play("viterbi/entropy", spoilt("compiled", how), steps=(30, 600)) for how in (lambda *a: a[2], spoil)
    )
    assert failed(honest) == set()
    assert failed(cheat) == {"long"}


@pytest.mark.slow
def test_taking_calls_for_timed_ones_gains_nothing():
    """Whoever computes only the first time that a shape is seen, and answers the rest from it, is caught."""
    seen = {}

    def spoil(_, theta, answer):
        return seen.setdefault(theta.shape, answer)

    scores = play("viterbi/entropy", spoilt("compiled", spoil))
    assert "long" in failed(scores)
    assert "cost" not in scores


@pytest.mark.slow
def test_a_cache_by_input_is_never_hit():
    seen, hits = set(), []

    def spoil(_, theta, answer):
        key = theta.tobytes()
        hits.extend([1] * (key in seen))
        seen.add(key)
        return answer

    assert failed(play("viterbi/l2", spoilt("compiled", spoil))) == set()
    assert (
        len(hits) == len(board.expected_path.__globals__["GAMMAS"]) - 1
    )  # the picture's, which nobody times or scores


def test_slow_sending_is_not_taken_off():
    array = np.zeros((8, 100, 9, 9), np.float32)
    assert wire_credit(1e-4, array.nbytes) == 1e-4
    assert wire_credit(3.0, array.nbytes) == pytest.approx(1e-3 + 2 * array.nbytes / 0.5e9)


def test_a_method_that_is_dear_is_timed_once_and_climbs_no_further(monkeypatch):
    monkeypatch.setattr(board, "DEAR_SECONDS", 0.0)
    report = Kept()
    scores = play("viterbi/entropy", "closed_form", steps=(10, 20), report=report)
    assert scores["longest"] == 10
    assert "20 steps left out" in report.tables["What failed or was left out"][0][1]
    assert scores["cost"] == pytest.approx(math.log10(2 * scores["seconds"]))
