"""What the paper is held against in environments: that each method does what its equations say."""

import numpy as np
import pytest
import torch
from torch.distributions import kl_divergence

from papers.sbeed.control.methods import ddpg, trpo

N, STEPS, BEST = 8, 50, 1.0


def begun(module, *, blocks, n_actions=0):
    method = module.Method(0, "cpu")
    torch.manual_seed(0)
    bounds = (
        (np.full(1, -2, np.float32), np.full(1, 2, np.float32)) if not n_actions else (np.zeros(0, np.float32),) * 2
    )
    method.begin(2, n_actions, *bounds, 0.9, 0.0, N, blocks * N * STEPS)
    return method


def block(method, rng):
    """Steps whose reward is the nearness of the action to BEST, whatever is seen; each ends its episode."""
    obs = rng.normal(size=(STEPS, N, 2)).astype(np.float32)
    action = np.stack([method.act(row, True) for row in obs])
    reward = -10 * ((action[..., 0] - BEST) ** 2).astype(np.float32)
    over = np.ones((STEPS, N), bool)
    method.observe(obs, action, reward, obs, over, np.zeros_like(over))
    return obs[0]


@pytest.mark.parametrize(("module", "blocks"), [(ddpg, 9), (trpo, 15)])
def test_the_best_action_of_a_single_step_is_learnt(module, blocks):
    method, rng = begun(module, blocks=blocks), np.random.default_rng(0)
    for _ in range(blocks):
        seen = block(method, rng)
    assert np.abs(method.act(seen, False) - BEST).mean() < 0.4


@pytest.mark.parametrize("n_actions", [0, 3])
def test_a_step_of_trpo_gains_and_stays_within_its_region(n_actions):
    method = begun(trpo, blocks=1, n_actions=n_actions)
    obs = torch.randn(400, 2)
    with torch.no_grad():
        before = method.law(obs)
        action = before.sample()
    advantage = action.float() if n_actions else action[:, 0]
    method.improve(obs, action, advantage)
    with torch.no_grad():
        after = method.law(obs)
    assert 0.2 * trpo.DIVERGENCE < kl_divergence(before, after).mean() <= trpo.DIVERGENCE
    gain = (after.log_prob(action) - before.log_prob(action)).exp() * (advantage - advantage.mean())
    assert gain.mean() > 0


def test_where_nothing_is_gained_trpo_stays_where_it_is():
    method = begun(trpo, blocks=1)
    obs = torch.randn(50, 2)
    before = method.law(obs).base_dist.loc.detach()
    method.improve(obs, method.law(obs).sample(), torch.ones(50))
    assert torch.equal(method.law(obs).base_dist.loc, before)


def test_conjugate_gradients_solve_a_system():
    half = torch.randn(6, 6, generator=torch.Generator().manual_seed(3))
    matrix, right = half @ half.T + torch.eye(6), torch.arange(6.0)
    x = trpo.solved(lambda vector: matrix @ vector, right)
    assert torch.allclose(matrix @ x, right, atol=1e-3)


@pytest.mark.parametrize("module", [ddpg, trpo])
def test_on_finite_data_they_stay_uniform(module):
    method = module.Method(0, "cpu")
    method.begin(3, 4, np.zeros(0, np.float32), np.zeros(0, np.float32), 0.9, 0.1, 0, 10)
    assert np.array_equal(method.policy(np.zeros((5, 3), np.float32)), np.full((5, 4), 0.25))
