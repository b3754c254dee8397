"""MuJoCo's bodies: left out with the reason where the optional package is missing, gymnasium's own steps where it is not."""

import importlib.util
from dataclasses import replace

import numpy as np
import pytest

from papers.sbeed.problem import kinds
from papers.sbeed.problem.environments import Environments, random_actions
from runners.evaluation import lacking
from tests.papers.sbeed.playing import CASES, TASK, play

BODIES = [case for case in TASK.board("full").cases if case.packages]
IS_HERE = importlib.util.find_spec("mujoco") is not None
needs_mujoco = pytest.mark.skipif(
    not IS_HERE, reason="an optional extra: pip install gymnasium[mujoco]==1.4.0 mujoco==3.17.0"
)


def test_without_its_packages_a_case_is_left_out_with_the_reason_and_the_others_are_played():
    assert len(BODIES) == 4
    missing = tuple(replace(case, packages=(*case.packages, "nobody_has_this")) for case in BODIES)
    reasons = lacking((*missing, CASES["cartpole/100k"]))
    assert set(reasons) == {case.name for case in BODIES}
    assert all("nobody_has_this" in reason for reason in reasons.values())
    assert bool(lacking(BODIES)) != IS_HERE


@needs_mujoco
@pytest.mark.parametrize("name", ["half-cheetah", "hopper"])
def test_a_body_moves_as_in_a_simulator_of_its_own(name):
    """One simulator that many environments share, against one that runs on by itself from the same start."""
    body, alone = (kinds.draw_model(name, np.random.default_rng(0)) for _ in range(2))
    rng = np.random.default_rng(1)
    many, theirs = Environments(2, body, rng), alone._env
    theirs.set_state(*np.split(many.state[1, : -body.observed], [theirs.model.nq]))
    for _ in range(20):
        actions = random_actions(body, 2, rng)
        rewards, over, _ = many.step(actions)
        obs, reward, ended, *_ = theirs.step(actions[1])
        np.testing.assert_allclose(many.seen()[1], obs, atol=1e-4)
        assert (rewards[1], over[1]) == (pytest.approx(reward, abs=1e-4), ended)


@needs_mujoco
def test_a_small_budget_is_played():
    scores = play("inverted-double-pendulum/300k", "uniform", transitions=3750)
    assert abs(scores["score"]) < 0.1
