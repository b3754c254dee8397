"""Plays of the board: where methods and controls must land, and what gains nothing."""

import os
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from types import ModuleType

import numpy as np
import pytest

from papers.sbeed.control import batch
from papers.sbeed.control.online import BLOCK
from papers.task import AnswerError, Board, Seed
from runners.evaluation import evaluate
from runners.job import Job
from tests.papers import contestant
from tests.papers.recorded import Recorded
from tests.papers.sbeed.playing import CASES, TASK, Kept, house_scores, play

GARNET, RIVER, GRID = "garnet-sparse/batch-10k", "riverswim/batch-10k", "slippery-grid/batch-10k"
BAIRD, DRIFT, PENDULUM = "baird/batch-10k", "drift/batch-10k", "pendulum/30k"
each_world = pytest.mark.parametrize("case", [GARNET, RIVER, GRID])


def house(slug):
    return contestant.load("control", slug).Method(0, "cpu")


@each_world
def test_uniform_scores_zero_and_the_optimum_one(case):
    assert house_scores(case, "uniform")["score"] == 0
    best = house_scores(case, "soft_optimum")
    assert best["score"] == pytest.approx(1, abs=1e-9)
    assert best["value_error"] < 1e-9
    assert best["policy_distance"] < 1e-9


@each_world
def test_the_immediate_reward_is_not_enough(case):
    assert house_scores(case, "immediate")["score"] <= 0.2


@pytest.mark.parametrize("case", [RIVER, GRID])
def test_sbeed_comes_to_the_solution_of_the_counts(case):
    sbeed, counted = house_scores(case, "sbeed"), house_scores(case, "model_vi")
    assert abs(sbeed["score"] - counted["score"]) < 0.02
    assert sbeed["optimisation_error"] < 0.02
    assert counted["optimisation_error"] < 1e-6


def test_without_the_dual_it_is_biased():
    assert house_scores(RIVER, "sbeed")["score"] >= 0.89
    assert house_scores(RIVER, "sbeed_eta0")["score"] <= 0.85
    assert house_scores(GRID, "sbeed_eta0")["score"] <= 0.2


def test_on_the_star_semi_gradient_learning_diverges_and_sbeed_does_not():
    assert house_scores(BAIRD, "soft_q")["diverged"] == 1
    sbeed = house_scores(BAIRD, "sbeed")
    assert sbeed["diverged"] == 0
    assert sbeed["value_error"] < 0.05
    assert sbeed["score"] > 0.9


def test_where_features_are_few_their_error_is_told_apart():
    assert house_scores(DRIFT, "uniform")["approximation_error"] > 1e-4
    assert "optimisation_error" not in house_scores(DRIFT, "uniform")
    assert house_scores(RIVER, "uniform")["approximation_error"] < 1e-9


def test_how_a_world_is_shown_changes_nothing_of_what_is_learnt():
    """Another order of states, features and actions: the same transitions, the same policy and values."""
    shown, learnt = [], []

    class Watching:
        def __init__(self):
            self.inner = house("model_vi")

        def __getattr__(self, name):
            return getattr(self.inner, name)

        def has(self, name):
            return True

        def observe(self, *block):
            shown.append(block)
            self.inner.observe(*block)

    finite = batch.draw_finite(CASES[RIVER].params, Seed(0, key=b"key", salt=b"salt"))
    turned = replace(finite, columns=finite.columns[::-1], actions=finite.actions[::-1], order=np.roll(finite.order, 3))
    for seen in (finite, turned):
        learnt.append(batch.answered(Watching(), seen))
    np.testing.assert_allclose(learnt[0][0], learnt[1][0], atol=1e-7)
    np.testing.assert_allclose(learnt[0][1], learnt[1][1], atol=1e-7)
    assert (shown[0][0] != shown[1][0]).any()
    assert (shown[0][2] == shown[1][2]).all()
    obs, action, reward, following, terminated, truncated = shown[0]
    assert obs.shape == following.shape == (10_000, 1, 8)
    assert (obs.dtype, reward.dtype, action.dtype) == (np.float32, np.float32, np.int64)
    assert not terminated.any()
    assert not truncated.any()


def test_who_knows_that_a_drift_is_alike_everywhere_plays_its_optimum_and_nothing_else():
    for index in range(3):
        told = house_scores(DRIFT, "wave_reader", index)
        assert told["score"] > 0.999
        assert told["value_error"] < 0.02
    assert house_scores(GARNET, "wave_reader")["score"] == 0
    assert house_scores(BAIRD, "wave_reader")["score"] == 0


def test_a_method_without_policy_is_judged_by_what_it_does():
    class Acting:
        def begin(self, *_):
            pass

        def observe(self, *_):
            pass

        def act(self, obs, explore):
            return np.zeros(len(obs), np.int64)

    scores = play(RIVER, Acting())
    assert "value_error" not in scores
    assert np.isfinite(scores["score"])


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        ("policy", np.full((8, 2), np.nan)),
        ("policy", np.full((8, 2), 0.6)),
        ("policy", np.array([[1.5, -0.5]] * 8)),
        ("value", np.full(8, np.inf)),
        ("value", np.zeros((8, 1))),
    ],
)
def test_an_answer_that_is_none_gains_nothing(call, answer):
    method = house("uniform")
    setattr(method, call, lambda obs: answer)
    with pytest.raises(AnswerError, match=call):
        play(RIVER, method)


def test_a_torque_that_is_no_number_gains_nothing():
    method = house("energy_controller")
    method.act = lambda obs, explore: np.full((len(obs), 1), np.nan)
    with pytest.raises(AnswerError, match="act"):
        play(PENDULUM, method, transitions=15 * BLOCK * 8)


def test_the_budget_is_what_was_said_and_a_torque_is_cut():
    seen = []

    class Strong:
        torque = 1e6

        def begin(self, obs_dim, n_actions, low, high, gamma, entropy, n_envs, steps):
            self.steps = steps

        def observe(self, obs, action, reward, next_obs, terminated, truncated):
            seen.append((obs, action, next_obs, terminated, truncated))

        def act(self, obs, explore):
            return np.full((len(obs), 1), self.torque)

    method = Strong()
    scores = play(PENDULUM, method, transitions=15 * BLOCK * 8)
    assert method.steps == sum(len(block[0]) * block[0].shape[1] for block in seen) == 15 * BLOCK * 8
    assert all((action == 1e6).all() for _, action, *_ in seen)
    assert [block[4].any() for block in seen] == [False, False, False, True] * 2
    assert not any(block[3].any() for block in seen)
    method.torque = 2.0
    assert play(PENDULUM, method, transitions=15 * BLOCK * 8) == scores
    for before, after in pairwise(seen[:8]):
        is_new = before[4][-1]
        assert (np.abs(after[0][0] - before[2][-1]).max(axis=1) > 0).tolist() == is_new.tolist()


def test_who_knows_the_equations_swings_it_up_and_who_waits_does_not():
    report = Kept()
    scripted = play(PENDULUM, "energy_controller", report=report)
    assert scripted["score"] >= 0.95
    assert report.strips["Best episode"].shape == (8, 48, 48)
    assert len(report.curves["Return while learning"][0]) == 5
    assert abs(play(PENDULUM, "immediate")["score"]) < 0.3
    assert abs(play(PENDULUM, "uniform")["score"]) < 0.3


def test_what_was_recorded_on_the_pendulum_is_what_is_expected():
    recorded = Recorded("control")
    assert np.median(recorded.values("sbeed", "score", PENDULUM)) >= 0.8
    assert recorded.mean("sbeed_k1", "score", PENDULUM) <= 0.1
    assert recorded.mean("energy_controller", "score", PENDULUM) >= 0.95


def test_what_was_recorded_of_finite_data_is_what_is_expected():
    recorded = Recorded("control")
    garnet, river, grid = (f"{name}/batch-10k" for name in ("garnet-sparse", "riverswim", "slippery-grid"))
    assert min(recorded.mean("sbeed", "score", case) for case in (garnet, river)) >= 0.89
    assert recorded.mean("sbeed_eta0", "score", river) <= 0.85
    assert recorded.mean("sbeed_eta0", "score", grid) <= 0.5
    assert max(recorded.mean("immediate", "score", case) for case in (garnet, river, grid)) <= 0.2
    assert all(abs(recorded.mean("uniform", "score", case)) < 1e-9 for case in (garnet, river, grid))


def test_smoothing_costs_no_more_than_its_bound_and_what_data_cost():
    report = Kept()
    scores = play("riverswim/smoothing", "model_vi", report=report)
    at, series = report.curves["Smoothing"]
    assert tuple(at) == CASES["riverswim/smoothing"].params.entropies
    assert np.all(np.diff(series["bound"]) > 0)
    assert series["error against the plain optimum"][-1] <= series["bound"][-1]
    assert scores["value_error"] < 0.1


IMPORTS_A_SIMULATOR = b"""
import gymnasium

class Method:
    def __init__(self, seed, device):
        pass
"""
ACTS_ON = b"""
import numpy as np

class Method:
    def __init__(self, seed, device):
        pass

    def begin(self, *args):
        pass

    def observe(self, obs, action, reward, next_obs, terminated, truncated):
        obs[:] = next_obs[:] = reward[:] = 0
        return np.ones(50)

    def act(self, obs, explore):
        obs[:] = 0
        return np.zeros((len(obs), 1))
"""
LATE = b"""
class Method:
    def __init__(self, seed, device):
        pass

    def begin(self, *args):
        while True:
            pass

    def observe(self, *args):
        pass

    def act(self, obs, explore):
        pass
"""


def evaluated(code, case, mode="sandbox"):
    """The play and the failure that the runner tells of one play, in a sandbox unless said."""
    told = []
    evaluate(Job(task="control", tier="quick", code=code, cases=(case,), seeds=1, mode=mode), told.append)
    by_kind = {event["type"]: event for event in told}
    return by_kind.get("play"), by_kind.get("failed")


BUSY = """
import os

parent = os.getppid()
while os.getppid() == parent:
    pass
"""


@pytest.fixture
def busy_cores():
    """A loop on every core, for as long as a test takes and no longer than its process lives."""
    loops = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(os.cpu_count() or 1)]
    yield
    for loop in loops:
        loop.kill()
        loop.wait()


@pytest.mark.alone
@pytest.mark.sandbox
@pytest.mark.parametrize(
    ("slug", "case"), [("model_vi", RIVER), ("sbeed", RIVER), ("energy_controller", PENDULUM), ("uniform", PENDULUM)]
)
def test_under_a_busy_loop_on_every_core_no_honest_play_fails(busy_cores, slug, case):
    """Nor does it score otherwise: limits count the method's own seconds."""
    code = TASK.code(TASK.method(slug))
    played, failure = evaluated(code, case)
    assert failure is None
    assert played["scores"] == pytest.approx(evaluated(code, case, mode="inprocess")[0]["scores"], abs=1e-6)


@pytest.mark.sandbox
def test_no_simulator_can_be_imported():
    play, failure = evaluated(IMPORTS_A_SIMULATOR, RIVER)
    assert play is None
    assert failure["whose"] == "author"
    assert "gymnasium" in failure["message"]


@pytest.mark.sandbox
def test_an_answer_that_comes_late_is_none(monkeypatch):
    board = TASK.board("quick")
    hasty = replace(board.tier, limits=replace(board.limits, call_seconds=0.5))
    monkeypatch.setattr(Job, "board", property(lambda job: Board(TASK, hasty)))
    play, failure = evaluated(LATE, RIVER)
    assert play is None
    assert failure["whose"] == "author"


def test_what_a_method_does_to_its_arguments_moves_no_pendulum():
    """Neither what it was shown nor what it returns from `observe` reaches the evaluator."""
    spoiler = ModuleType("spoiler")
    exec(ACTS_ON, spoiler.__dict__)
    spoilt, quiet = (
        play(PENDULUM, method, transitions=15 * BLOCK * 8) for method in (spoiler.Method(0, "cpu"), house("immediate"))
    )
    assert spoilt == quiet
