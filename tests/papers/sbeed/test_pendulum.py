"""The pendulum against its equations, its bounds, and gymnasium's own."""

import gymnasium
import numpy as np
import pytest

from papers.sbeed.problem.environments import Environments, jittered, picture, random_return
from papers.sbeed.problem.pendulum import STEP, Pendulum


def pendulums(n, rng, model=None):
    return Environments(n, model or Pendulum(), rng)


def test_it_moves_as_gymnasiums_does_step_by_step():
    rng = np.random.default_rng(0)
    theirs = gymnasium.make("Pendulum-v1").unwrapped
    theirs.reset(seed=0)
    ours = pendulums(1, rng)
    theirs.state = ours.state[0].copy()
    for torque in rng.uniform(-2.5, 2.5, 200):
        obs, reward, *_ = theirs.step(np.array([torque]))
        assert abs(ours.step(np.array([[torque]]))[0][0] - reward) < 1e-6
        np.testing.assert_allclose(ours.seen()[0], obs, atol=1e-6)


def test_many_move_as_each_alone_by_the_equations():
    rng = np.random.default_rng(1)
    model = jittered(Pendulum(), rng)
    ours = pendulums(6, rng, model)
    angle, speed = ours.state.T.tolist()
    for torques in rng.uniform(-2, 2, (200, 6)):
        rewards, *_ = ours.step(torques[:, None])
        for n, u in enumerate(torques):
            upright = np.arctan2(np.sin(angle[n]), np.cos(angle[n]))
            assert rewards[n] == pytest.approx(-(upright**2 + 0.1 * speed[n] ** 2 + 0.001 * u**2), abs=1e-9)
            inertia = model.mass * model.length**2 / 3
            pull = model.mass * model.gravity * model.length / 2 * np.sin(angle[n])
            speed[n] = min(max(speed[n] + STEP * (pull + u) / inertia, -8), 8)
            angle[n] += STEP * speed[n]
    np.testing.assert_allclose(ours.state[:, 0], angle, atol=1e-9)


def test_without_torque_energy_stays_but_for_the_step():
    ours = pendulums(50, np.random.default_rng(0))
    first = energy(ours)
    for _ in range(200):
        ours.step(np.zeros((50, 1)))
        assert np.abs(energy(ours) - first).max() < 30 * 8 * STEP  # the pull is at most 15, the speed at most 8


def energy(many):
    angle, speed = many.state.T
    return speed**2 / 2 + 15 * (np.cos(angle) - 1)


def test_returns_lie_within_their_bounds_and_random_ones_where_they_were_measured():
    worst = random_return(Pendulum(), np.random.default_rng(0), episodes=1000)
    assert -200 * (np.pi**2 + 6.4 + 0.004) <= worst <= 0
    assert worst == pytest.approx(-1258, abs=60)


def test_physics_differ_by_a_tenth_at_most():
    draws = [jittered(Pendulum(), np.random.default_rng(n)) for n in range(100)]
    assert all(abs(p.gravity / 10 - 1) <= 0.1 and abs(p.mass - 1) <= 0.1 and abs(p.length - 1) <= 0.1 for p in draws)
    assert len({p.gravity for p in draws}) == 100


def test_a_rod_that_stands_is_drawn_above_the_middle():
    upright, hanging = (picture(Pendulum().joints(np.array([angle, 0.0]))) for angle in (0.0, np.pi))
    assert upright[:20].sum() > 20 * upright[28:].sum()
    np.testing.assert_allclose(hanging, upright[::-1], atol=1e-9)
