"""The pendulum against its equations, its bounds, and gymnasium's own where that is installed."""

import numpy as np
import pytest

from papers.sbeed.problem.pendulum import STEP, Pendulums, Physics, picture, random_return


def test_it_moves_as_gymnasiums_does_step_by_step():
    gymnasium = pytest.importorskip("gymnasium", reason="an optional package")
    rng = np.random.default_rng(0)
    theirs = gymnasium.make("Pendulum-v1").unwrapped
    theirs.reset(seed=0)
    ours = Pendulums(1, Physics(), rng)
    theirs.state = np.array([ours.angle[0], ours.speed[0]])
    for torque in rng.uniform(-2.5, 2.5, 200):
        obs, reward, *_ = theirs.step(np.array([torque]))
        assert abs(ours.step(np.array([torque]))[0] - reward) < 1e-6
        np.testing.assert_allclose(ours.seen()[0], obs, atol=1e-6)


def test_many_move_as_each_alone_by_the_equations():
    rng = np.random.default_rng(1)
    physics = Physics.drawn(rng)
    ours = Pendulums(6, physics, rng)
    angle, speed = ours.angle.tolist(), ours.speed.tolist()
    for torques in rng.uniform(-2, 2, (200, 6)):
        rewards = ours.step(torques)
        for n, u in enumerate(torques):
            upright = np.arctan2(np.sin(angle[n]), np.cos(angle[n]))
            assert rewards[n] == pytest.approx(-(upright**2 + 0.1 * speed[n] ** 2 + 0.001 * u**2), abs=1e-9)
            inertia = physics.mass * physics.length**2 / 3
            pull = physics.mass * physics.gravity * physics.length / 2 * np.sin(angle[n])
            speed[n] = min(max(speed[n] + STEP * (pull + u) / inertia, -8), 8)
            angle[n] += STEP * speed[n]
    np.testing.assert_allclose(ours.angle, angle, atol=1e-9)


def test_without_torque_energy_stays_but_for_the_step():
    ours = Pendulums(50, Physics(), np.random.default_rng(0))
    first = energy(ours)
    for _ in range(200):
        ours.step(np.zeros(50))
        assert np.abs(energy(ours) - first).max() < 30 * 8 * STEP  # the pull is at most 15, the speed at most 8


def energy(pendulums):
    return pendulums.speed**2 / 2 + 15 * (np.cos(pendulums.angle) - 1)


def test_returns_lie_within_their_bounds_and_random_ones_where_they_were_measured():
    worst = random_return(Physics(), np.random.default_rng(0), episodes=1000)
    assert -200 * (np.pi**2 + 6.4 + 0.004) <= worst <= 0
    assert worst == pytest.approx(-1258, abs=60)


def test_physics_differ_by_a_tenth_at_most():
    draws = [Physics.drawn(np.random.default_rng(n)) for n in range(100)]
    assert all(abs(p.gravity / 10 - 1) <= 0.1 and abs(p.mass - 1) <= 0.1 and abs(p.length - 1) <= 0.1 for p in draws)
    assert len({p.gravity for p in draws}) == 100


def test_a_rod_that_stands_is_drawn_above_the_middle():
    upright, hanging = picture(0.0), picture(np.pi)
    assert upright[:20].sum() > 20 * upright[28:].sum()
    np.testing.assert_allclose(hanging, upright[::-1], atol=1e-9)
