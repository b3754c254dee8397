"""Finite worlds against what is known of entropy-regularised decision processes."""

import numpy as np
import pytest
from scipy.special import logsumexp

from papers.sbeed.problem import worlds
from papers.sbeed.problem.finite import representable

OBJECTIVE = {"gamma": 0.9, "entropy": 0.1}
each_world = pytest.mark.parametrize("name", sorted(set(worlds.TABLES) - {"drift"}))


def drawn(name, **objective):
    return worlds.draw_world(name, rng=np.random.default_rng(3), **(OBJECTIVE | objective))


def backup(world, v):
    """One step of soft value iteration: lambda log sum_a exp(q / lambda)."""
    return world.entropy * logsumexp(world.q(v) / world.entropy, axis=1)


@each_world
def test_probabilities_sum_to_one_and_a_state_is_told_from_another(name):
    world = drawn(name)
    np.testing.assert_allclose(world.P.sum(axis=2), 1, rtol=1e-12)
    assert world.P.min() >= 0
    assert len(np.unique(world.phi, axis=0)) == len(world.phi)


def test_the_drift_has_far_fewer_features_than_cells_that_differ():
    world = drawn("drift")
    np.testing.assert_allclose(world.P.sum(axis=2), 1, rtol=1e-12)
    assert world.phi.shape == (576, 25)
    assert len(np.unique(world.phi.astype(np.float32), axis=0)) == 576
    best = world.optimum()
    assert 0 < np.abs(representable(world, best) - best).max() < 0.5 * np.ptp(best)


@each_world
def test_the_optimum_satisfies_path_consistency_for_every_pair(name):
    world = drawn(name)
    best = world.optimum()
    log_pi = np.log(world.greedy(best))
    np.testing.assert_allclose(
        world.q(best) - world.entropy * log_pi, np.repeat(best[:, None], world.shape[1], 1), atol=1e-9
    )


@each_world
def test_soft_value_iteration_contracts_by_the_discount(name):
    world, rng = drawn(name), np.random.default_rng(0)
    for _ in range(20):
        u, v = rng.normal(size=(2, world.shape[0])) * 5
        assert np.abs(backup(world, u) - backup(world, v)).max() <= world.gamma * np.abs(u - v).max() + 1e-12
    v = np.zeros(world.shape[0])
    for _ in range(400):
        v = backup(world, v)
    np.testing.assert_allclose(v, world.optimum(), atol=1e-9)


@each_world
def test_smoothing_raises_the_value_by_no_more_than_its_bound_and_no_policy_is_better(name):
    world, rng = drawn(name), np.random.default_rng(0)
    best = world.optimum()
    raised = best - world.smoothed_by(0.0).optimum()
    assert raised.min() >= -1e-9
    assert raised.max() <= world.bias_bound() + 1e-9
    for _ in range(10):
        assert (world.value_of(rng.dirichlet(np.ones(world.shape[1]), size=world.shape[0])) <= best + 1e-9).all()


def test_without_smoothing_the_policy_is_greedy_and_with_much_of_it_uniform():
    world = drawn("riverswim")
    cold, hot = world.smoothed_by(1e-4), world.smoothed_by(1e4)
    np.testing.assert_allclose(cold.greedy(cold.optimum()), world.smoothed_by(0.0).greedy(cold.optimum()), atol=1e-6)
    np.testing.assert_allclose(hot.greedy(hot.optimum()), 0.5, atol=1e-3)


def test_counts_come_to_the_world_and_an_untried_pair_may_lead_anywhere():
    world = drawn("riverswim")
    seen = world.sample(200_000, np.random.default_rng(0))
    counted = world.counted(seen)
    np.testing.assert_allclose(counted.P, world.P, atol=0.02)
    np.testing.assert_allclose(counted.R, world.R, atol=1e-12)
    few = world.counted(world.sample(1, np.random.default_rng(0)))
    np.testing.assert_allclose(few.P.sum(axis=2), 1)
    assert (few.P == 1 / 8).all(axis=2).sum() == 15


def test_semi_gradient_learning_on_the_star_has_an_unstable_direction():
    """The matrix of the expected step for the action that leads to the seventh state has an eigenvalue above 0."""
    phi = worlds.star_features()
    step = phi.T @ (0.98 * phi[6] - phi) / 7
    assert np.linalg.eigvals(step).real.max() > 0.1
