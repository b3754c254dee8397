"""The paper's objective: its gradients against differences of it, and what eta does where transitions are random."""

import numpy as np
import pytest

from papers.sbeed.problem import worlds
from tests.papers import contestant

GAMMA, ENTROPY = 0.9, 0.1
EPSILON = 1e-5


def transitions(name, n=400, seed=0):
    world = worlds.draw_world(name, gamma=GAMMA, entropy=ENTROPY, rng=np.random.default_rng(seed))
    return world, world.sample(n, np.random.default_rng(seed + 1))


def learner(name, eta):
    """A batch learner of the house file that has counted, at weights of no special place."""
    house = contestant.load("control", "sbeed")
    house.ETA = eta
    world, seen = transitions(name)
    batch = house.Batch(world.phi.shape[1], world.shape[1], GAMMA, ENTROPY)
    batch.count(world.phi[seen.state], seen.action, seen.reward, world.phi[seen.following])
    rng = np.random.default_rng(2)
    batch.v, batch.logits = rng.normal(size=batch.v.shape), rng.normal(size=batch.logits.shape)
    return batch, world, seen


def objective(world, seen, v, logits, eta):
    """E[(delta - V)^2] - eta E[(delta - rho)^2] from single transitions, rho by least squares in each action."""
    scores = world.phi @ logits
    log_pi = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    here, there = world.phi[seen.state], world.phi[seen.following]
    delta = seen.reward + GAMMA * there @ v - ENTROPY * log_pi[seen.state, seen.action]
    rho = np.zeros_like(delta)
    for a in range(world.shape[1]):
        rows = seen.action == a
        rho[rows] = here[rows] @ np.linalg.lstsq(here[rows], delta[rows], rcond=None)[0]
    return np.mean((delta - here @ v) ** 2) - eta * np.mean((delta - rho) ** 2)


def differences(f, x):
    slopes = np.zeros_like(x)
    for at in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[at] = EPSILON
        slopes[at] = (f(x + step) - f(x - step)) / (2 * EPSILON)
    return slopes


@pytest.mark.parametrize("name", ["riverswim", "baird", "garnet-dense"])
@pytest.mark.parametrize("eta", [0.0, 0.3, 1.0])
def test_the_gradients_are_those_of_the_objective(name, eta):
    batch, world, seen = learner(name, eta)
    by_v, by_logits = batch.gradients()
    np.testing.assert_allclose(
        by_v, differences(lambda v: objective(world, seen, v, batch.logits, eta), batch.v), rtol=1e-6, atol=1e-7
    )
    np.testing.assert_allclose(
        by_logits, differences(lambda x: objective(world, seen, batch.v, x, eta), batch.logits), rtol=1e-6, atol=1e-7
    )


@pytest.mark.parametrize("kind", ["continuous", "counted"])
@pytest.mark.parametrize("k", [1, 3])
def test_the_networks_gradients_are_those_of_the_objective(k, kind):
    """Some paths are shorter than k, and one ends for good."""
    learner, house = gathering(k, 3 if kind == "counted" else 0)
    rng = np.random.default_rng(0)
    obs, reward = rng.normal(size=(k, 6, 3)), rng.normal(size=(k, 6))
    action = rng.normal(size=(k, 6, 1)) if kind == "continuous" else np.eye(3)[rng.integers(3, size=(k, 6))]
    lengths, last, goes_on = np.array([k, k, 1, k, 1, k]), rng.normal(size=(6, 3)), np.array([1.0, 1, 1, 0, 1, 1])
    taken = np.arange(k)[:, None] < lengths

    def parts():
        fading = taken * house.GAMMA ** np.arange(k)[:, None]
        delta = (fading * (reward - learner.pi.smoothing * log_probabilities(learner.pi, obs, action))).sum(axis=0)
        delta = delta + house.GAMMA**lengths * goes_on * learner.v(last)[-1][:, 0]
        rho = learner.rho(np.concatenate([obs[0], action[0]], axis=1))[-1][:, 0]
        return np.mean((delta - learner.v(obs[0])[-1][:, 0]) ** 2), np.mean((delta - rho) ** 2)

    def loss():
        return parts()[0] - house.ETA_ONLINE * parts()[1]

    by_pi, by_v, by_rho = learner.gradients(obs, action, reward, taken, last, goes_on)
    groups = (
        (learner.pi.weights, by_pi, loss),
        (learner.v.weights, by_v, loss),
        (learner.rho.weights, by_rho, lambda: parts()[1]),
    )
    for weights, slopes, of in groups:
        for weight, slope in zip(weights, slopes, strict=True):
            np.testing.assert_allclose(slope, differences_in_place(of, weight), rtol=1e-5, atol=1e-8)


def gathering(k, n_actions):
    """A learner in environments with small networks in double precision, and its module."""
    house = contestant.load("control", "sbeed")
    house.K, house.HIDDEN = k, 5
    rng = np.random.default_rng(0)
    pi = house.policies(3, n_actions, np.array([-2.0]), np.array([2.0]), rng)
    learner = house.Gathering(3, pi, 4, rng)
    for net in (pi.net, learner.v, learner.rho):
        net.weights[:] = [w.astype(float) for w in net.weights]
    if not n_actions:
        pi.log_std = np.array([-0.3])
    pi.weights, pi.penalty = [*pi.net.weights, *([] if n_actions else [pi.log_std])], 0.0
    pi.remember()
    return learner, house


def log_probabilities(pi, obs, action):
    """Of actions (k, B, d), from the density's or the softmax's own formula."""
    out = pi.net(obs.reshape(-1, 3))[-1].reshape(*action.shape[:2], -1)
    if len(pi.weights) == len(pi.net.weights):
        return (out * action).sum(axis=-1) - np.log(np.exp(out).sum(axis=-1))
    z = (action - out) / np.exp(pi.log_std)
    return -(z**2 / 2 + pi.log_std + np.log(2 * np.pi) / 2).sum(axis=-1)


def test_the_penalty_is_the_divergence_from_the_last_blocks_policy():
    """Its gradient alone, with no gain: by the closed forms of the divergence of two Gaussians and of two softmaxes."""
    obs = np.random.default_rng(1).normal(size=(1, 6, 3))
    for n_actions, action in ((0, np.zeros((1, 6, 1))), (3, np.eye(3)[np.zeros((1, 6), int)])):
        learner, _ = gathering(1, n_actions)
        pi = learner.pi
        old, old_std = pi.net(obs[0])[-1], np.exp(getattr(pi, "log_std", np.zeros(0)).copy())
        for weight in pi.weights:
            weight[...] += 0.1
        pi.penalty = 0.7

        def divergence(pi=pi, old=old, old_std=old_std):
            new = pi.net(obs[0])[-1]
            if not len(old_std):
                p = np.exp(old) / np.exp(old).sum(axis=1, keepdims=True)
                log_q = new - np.log(np.exp(new).sum(axis=1, keepdims=True))
                return 0.7 * (p * (np.log(p) - log_q)).sum(axis=1).mean()
            std = np.exp(pi.log_std)
            return 0.7 * (np.log(std / old_std) + (old_std**2 + (old - new) ** 2) / (2 * std**2)).sum(axis=1).mean()

        pi.log_pi(obs, action)
        for weight, slope in zip(pi.weights, pi.slopes(obs, np.zeros((1, 6))), strict=True):
            np.testing.assert_allclose(slope, differences_in_place(divergence, weight), rtol=1e-5, atol=1e-8)


def test_a_path_stops_where_its_episode_does():
    learner, _ = gathering(3, 0)
    ends = np.zeros((7, 1), bool)
    ends[3] = True
    steps = np.arange(7.0)[:, None]
    learner.memory = [
        steps[..., None] * np.ones(3),
        steps[..., None],
        steps,
        steps[..., None] + 1 * np.ones(3),
        ends,
        ends,
    ]
    assert learner.whole()[:, 0].tolist() == [True, True, True, True, True, False, False]
    _, _, _, taken, last, goes_on = learner.paths(np.array([(0, 0), (1, 0), (2, 0), (3, 0), (4, 0)]))
    assert taken.sum(axis=0).tolist() == [3, 3, 2, 1, 3]
    assert last[:, 0].tolist() == [3, 4, 4, 4, 7]
    assert goes_on.tolist() == [1, 0, 0, 0, 1]


def differences_in_place(f, x):
    slopes = np.zeros_like(x)
    for at in np.ndindex(x.shape):
        kept = x[at]
        x[at] = kept + EPSILON
        above = f()
        x[at] = kept - EPSILON
        slopes[at] = (above - f()) / (2 * EPSILON)
        x[at] = kept
    return slopes


@pytest.mark.parametrize("eta", [0.0, 0.4, 1.0])
def test_at_the_best_dual_the_objective_is_the_residual_and_a_share_of_the_next_values_variance(eta):
    """L = E[(E[delta|s,a] - V)^2] + (1 - eta) gamma^2 Var(V(s')|s,a), where rewards are no draw."""
    batch, world, seen = learner("garnet-dense", eta)
    log_pi = np.log(np.exp(batch.logits) / np.exp(batch.logits).sum(axis=1, keepdims=True))
    counted = world.counted(seen)
    weights = np.zeros(world.shape)
    np.add.at(weights, (seen.state, seen.action), 1 / len(seen.state))
    residual = counted.q(batch.v) - ENTROPY * log_pi - batch.v[:, None]
    variance = counted.P @ batch.v**2 - (counted.P @ batch.v) ** 2
    expected = (weights * (residual**2 + (1 - eta) * GAMMA**2 * variance)).sum()
    assert objective(world, seen, batch.v, batch.logits, eta) == pytest.approx(expected, rel=1e-9)


def test_a_small_eta_is_biased_only_where_transitions_are_random():
    """The gradient at the exact optimum of the counts: 0 with eta 1, and with any eta where one state follows for sure."""
    for name, eta, is_zero in (("riverswim", 1.0, True), ("riverswim", 0.0, False), ("chain", 0.0, True)):
        house = contestant.load("control", "sbeed")
        house.ETA = eta
        world, seen = transitions("riverswim", n=4000)
        if name == "chain":
            P = np.zeros_like(world.P)
            np.put_along_axis(P, world.P.argmax(axis=2)[..., None], 1.0, axis=2)
            world = type(world)(P, world.R, GAMMA, ENTROPY, world.phi)
            seen = world.sample(4000, np.random.default_rng(1))
        batch = house.Batch(8, 2, GAMMA, ENTROPY)
        batch.count(world.phi[seen.state], seen.action, seen.reward, world.phi[seen.following])
        counted = world.counted(seen)
        batch.v = counted.optimum()
        batch.logits = np.log(counted.greedy(batch.v))
        steepest = max(float(np.abs(slope).max()) for slope in batch.gradients())
        assert (steepest < 1e-9) == is_zero, (name, eta, steepest)
