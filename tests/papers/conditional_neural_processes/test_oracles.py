"""The exact predictive distributions: closed forms, a second way to compute them, and published figures."""

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from papers.conditional_neural_processes.kit import CHANGE, FAMILIES, LAWS, NOISE, SIDES, Kernel, covariance, draw
from papers.conditional_neural_processes.problem.oracles import (
    known_change,
    log_normal,
    posterior,
    predictive,
    shares,
    whitened,
)
from tests.papers.conditional_neural_processes.asking import CONTEXTS, PUBLISHED, curves


@pytest.mark.parametrize("context", CONTEXTS)
def test_the_exact_gaussian_process_has_the_known_log_likelihoods(context):
    means = []
    for index in range(4):
        xc, yc, xt, yt = curves("rbf", context, index=index)
        means.append(predictive("rbf", xc, yc, xt).log_density(yt).mean())
    assert abs(np.mean(means) - PUBLISHED[context]) < 0.04


def test_ninety_of_a_hundred_targets_are_within_the_exact_bands():
    xc, yc, xt, yt = curves("rbf", 10)
    mean, deviation = predictive("rbf", xc, yc, xt).moments()
    assert abs((np.abs(yt - mean) <= 1.645 * deviation).mean() - 0.90) < 0.01


def test_a_posterior_by_cholesky_solves_the_joint_system():
    xc, yc, xt, _ = (values[:3] for values in curves("rbf", 10))
    kernel, quiet = Kernel("rbf", 0.4), np.full((3, 10), NOISE)
    mean, deviation, evidence = posterior(kernel, xc, yc, xt, quiet, np.full((3, 50), NOISE))
    for b in range(3):
        K = kernel(xc[b][:, None] - xc[b]) + NOISE**2 * np.eye(10)
        cross = kernel(xt[b][:, None] - xc[b])
        assert np.allclose(mean[b], cross @ np.linalg.solve(K, yc[b]), atol=1e-8)
        variance = 1 + NOISE**2 - (cross * np.linalg.solve(K, cross.T).T).sum(axis=1)
        assert np.allclose(deviation[b] ** 2, variance, atol=1e-8)
        assert np.isclose(evidence[b], multivariate_normal(cov=K).logpdf(yc[b]), atol=1e-8)


def test_the_chain_rule_gives_the_joint_density():
    xc, yc, xt, yt = (values[:4] for values in curves("rbf", 5))
    x, y = np.concatenate([xc, xt[:, :20]], axis=1), np.concatenate([yc, yt[:, :20]], axis=1)
    chained = sum(
        predictive("rbf", x[:, :k], y[:, :k], x[:, k : k + 1]).log_density(y[:, k : k + 1])[:, 0] for k in range(5, 25)
    )
    for b in range(4):
        K = Kernel("rbf", 0.4)(x[b][:, None] - x[b]) + NOISE**2 * np.eye(25)
        joint = multivariate_normal(cov=K).logpdf(y[b]) - multivariate_normal(cov=K[:5, :5]).logpdf(y[b, :5])
        assert abs(chained[b] - joint) < 1e-6


def test_the_first_rows_of_a_factor_belong_to_the_first_points():
    xc, yc, xt, _ = (values[:2] for values in curves("rbf", 10))
    whole = whitened(Kernel("rbf", 0.4), xc, yc, xt, np.full((2, 10), NOISE))
    part = whitened(Kernel("rbf", 0.4), xc[:, :4], yc[:, :4], xt, np.full((2, 4), NOISE))
    assert all(np.allclose(a[:, :4], b, atol=1e-9) for a, b in zip(whole, part, strict=True))


def test_the_switching_law_agrees_with_a_sum_over_change_points():
    xc, yc, xt, yt = (values[:1] for values in curves("switching", 5))
    exact = predictive("switching", xc, yc, xt).log_density(yt)
    steps, weights, densities = 200, [], []
    for change in CHANGE[0] + (CHANGE[1] - CHANGE[0]) * (np.arange(steps) + 0.5) / steps:
        for lengths in (SIDES, SIDES[::-1]):
            weights.append(evidence(xc[0], yc[0], change, lengths))
            densities.append(log_normal(yt[0], *known_change(xc[0], yc[0], xt[0], change, lengths)))
    summed = logsumexp((np.array(weights) - logsumexp(weights))[:, None] + np.array(densities), axis=0)
    assert np.abs(summed - exact[0]).mean() < 0.02  # the sum's own coarseness


def test_knowing_where_the_kernel_changes_is_worth_a_tenth_of_a_nat():
    """No learner has that knowledge: one that is ahead of the marginal oracle has seen what it should not.

    Ahead of a sum over 81 change points it was .19: such a sum misses the interval that holds the change where points are
    dense, and the integral does not.
    """
    rng, ahead = np.random.default_rng(0), []
    for context in CONTEXTS:
        for _ in range(40):
            change, lengths = rng.uniform(*CHANGE), SIDES[:: rng.choice([-1, 1])]
            x = rng.uniform(-2, 2, context + 50)
            y = switching_curve(x, change, lengths, rng)
            xc, yc, xt, yt = x[:context], y[:context], x[context:], y[context:]
            known = log_normal(yt, *known_change(xc, yc, xt, change, lengths))
            ahead.append(
                (known - predictive("switching", xc[None], yc[None], xt[None]).log_density(yt[None])[0]).mean()
            )
    assert abs(np.mean(ahead) - 0.10) < 0.04


def switching_curve(x, change, lengths, rng):
    y = NOISE * rng.standard_normal(len(x))
    for is_right, length in zip((False, True), lengths, strict=True):
        here = (x > change) == is_right
        K = Kernel("rbf", length)(x[here][:, None] - x[here]) + 1e-9 * np.eye(here.sum())
        y[here] += np.linalg.cholesky(K) @ rng.standard_normal(here.sum())
    return y


def evidence(x, y, change, lengths):
    total = 0.0
    for is_right, length in zip((False, True), lengths, strict=True):
        here = (x > change) == is_right
        if here.any():
            K = Kernel("rbf", length)(x[here][:, None] - x[here]) + NOISE**2 * np.eye(here.sum())
            total += multivariate_normal(cov=K).logpdf(y[here])
    return total


def test_where_the_change_may_lie_sums_to_one():
    xc, _, xt, _ = curves("switching", 10)
    before, after = shares(np.sort(xc, axis=1), xt)
    assert np.allclose((before + after).sum(axis=1), 1)
    assert (before >= 0).all()
    assert (after >= 0).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_knowing_the_law_is_calibrated_and_beats_knowing_nothing(family):
    xc, yc, xt, yt = curves(family, 15, functions=128)
    known = predictive(family, xc, yc, xt)
    assert np.allclose(np.exp(known.log_weights).sum(axis=0), 1)
    mean, deviation = known.moments()
    assert abs((np.abs(yt - mean) <= 1.645 * deviation).mean() - 0.9) < 0.03
    assert known.log_density(yt).mean() > log_normal(yt, 0, 1).mean() + 0.5


def test_curves_have_variance_one_and_the_laws_noise():
    for family in FAMILIES:
        x, y = draw(family, np.random.default_rng(0), 4000, 2)
        noise = LAWS[family].noise(x) if family in LAWS else np.full_like(x, NOISE)
        assert abs(y.var() - 1 - (noise**2).mean()) < 0.06


def test_curves_that_share_their_inputs_are_different_curves():
    x, y = draw("rbf", np.random.default_rng(0), 8, 5, sharing=4)
    assert (x[0] == x[3]).all()
    assert (x[0] != x[4]).all()
    assert (y[0] != y[3]).all()
    with pytest.raises(ValueError, match="no multiple"):
        draw("rbf", np.random.default_rng(0), 8, 5, sharing=3)


def test_the_two_sides_of_a_change_are_independent():
    K = covariance("switching", np.array([[-1.9, -1.8, 1.8, 1.9]]), np.random.default_rng(0))[0]
    assert (K[:2, 2:] == 0).all()
    assert K[0, 1] > 0.7
