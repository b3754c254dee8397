"""The other environments against gymnasium's, step by step, and how many of them end and start anew."""

import gymnasium
import numpy as np
import pytest

from papers.sbeed.control.online import BLOCK, actions_for, gather
from papers.sbeed.problem import kinds
from papers.sbeed.problem.classic import Acrobot, CartPole, MountainCar
from papers.sbeed.problem.environments import Environments, picture, random_actions, random_return
from tests.papers import contestant
from tests.papers.sbeed.playing import TASK, Kept, play

THEIRS = {"CartPole-v1": CartPole(), "Acrobot-v1": Acrobot(), "MountainCarContinuous-v0": MountainCar()}
STEPS = 300


@pytest.mark.parametrize("name", THEIRS)
def test_it_moves_as_gymnasiums_does_step_by_step(name):
    """From each of our states one of their steps: theirs are kept in single precision where ours are double."""
    model, rng = THEIRS[name], np.random.default_rng(0)
    theirs = gymnasium.make(name).unwrapped
    theirs.reset(seed=0)
    ours, ends = Environments(1, model, rng), 0
    for action in random_actions(model, STEPS, rng):
        theirs.state, theirs.steps_beyond_terminated = ours.state[0].copy(), None
        obs, reward, over, *_ = theirs.step(action if model.actions == 0 else int(action))
        rewards, ended, _ = ours.step(np.array([action]))
        np.testing.assert_allclose(ours.seen()[0], obs, atol=1e-6)
        assert (float(rewards[0]), bool(ended[0])) == (pytest.approx(float(reward), abs=1e-6), over)
        ends += over
        ours.renew(ended)
    assert (ends > 0) == (name == "CartPole-v1")


def test_the_hill_pays_who_gets_there():
    car = MountainCar()
    state, reward, over = car.move(np.array([[0.449, 0.05], [0.0, 0.05]]), np.ones((2, 1)))
    assert over.tolist() == [True, False]
    assert reward == pytest.approx([99.9, -0.1])
    assert state[0, 0] > car.goal


def test_each_starts_anew_by_itself_and_a_cut_is_no_end():
    many = Environments(3, CartPole(), np.random.default_rng(0))
    many.state[1, 2], many.age[2] = 1.0, CartPole.episode - 1
    kept = many.state[0].copy()
    _, over, cut = many.step(np.zeros(3, int))
    assert (over.tolist(), cut.tolist()) == ([False, True, False], [False, False, True])
    moved = many.state.copy()
    many.renew(over | cut)
    assert (many.state[0] == moved[0]).all()
    assert (np.abs(many.state[1:]) <= 0.05).all()
    assert many.age.tolist() == [1, 0, 0]
    assert (moved[0] != kept).any()


@pytest.mark.parametrize("name", kinds.VECTORISED)
def test_constants_are_drawn_and_a_state_has_a_picture(name):
    one, other = (kinds.draw_model(name, np.random.default_rng(n)) for n in range(2))
    assert one != other
    frame = picture(one.joints(one.start(1, np.random.default_rng(0))[0]))
    assert 5 < frame.sum() < frame.size / 4


def test_a_pole_that_nobody_balances_falls_within_thirty_steps():
    assert 15 < random_return(CartPole(), np.random.default_rng(0)) < 30


@pytest.mark.parametrize("name", ["cartpole", "mountain-car"])
@pytest.mark.parametrize("house", [house for house in TASK.house if house.kind != "oracle" and not house.file])
def test_every_house_method_plays_whatever_environment_it_meets(name, house):
    rng = np.random.default_rng(0)
    model = kinds.draw_model(name, rng)
    many, method = Environments(2, model, rng), contestant.contestant(TASK.slug, house.slug)
    method.begin(model.observed, model.actions, -model.high, model.high, 1.0, 0.0, 2, 4 * BLOCK)
    method.observe(*gather(method, many))
    assert len(actions_for(method, model, many.seen()[:1], explore=False)) == 1


def test_actions_that_are_counted_cross_as_whole_numbers_and_episodes_end_one_by_one():
    blocks = []

    class Leaning:
        """Pushes towards the side to which the pole falls: longer than chance."""

        def begin(self, obs_dim, n_actions, low, high, *_):
            assert (obs_dim, n_actions, low.size, high.size) == (4, 2, 0, 0)

        def observe(self, *block):
            blocks.append(block)

        def act(self, obs, explore):
            return (obs[:, 2] + obs[:, 3] > 0).astype(np.int64)

    report = Kept()
    scores = play("cartpole/100k", Leaning(), report=report, transitions=15 * 50 * 10)
    obs, action, _, following, terminated, truncated = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    assert action.dtype == np.int64
    assert 0 < terminated.sum(axis=1).max() < 15
    assert not (terminated & truncated).any()
    assert (obs[1:][~terminated[:-1] & ~truncated[:-1]] == following[:-1][~terminated[:-1] & ~truncated[:-1]]).all()
    assert (np.abs(obs[1:][terminated[:-1]]) <= 0.05).all()
    assert scores["return"] > 100
    assert len(report.strips["Best episode"]) == 8
    assert len(report.curves["Return while learning"][0]) == 5
