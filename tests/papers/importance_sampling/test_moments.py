"""Mean and variance of a gradient estimate in closed form, per-sample gradients, and the paper's bound."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from papers.importance_sampling.problem import gradients, networks
from papers.importance_sampling.problem.gradients import Plan
from papers.importance_sampling.problem.training import bound

N, BATCH, SIZE = 40, 8, 30


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def q(rng):
    """Gradients of very different norms, (N, SIZE)."""
    return rng.normal(size=(N, SIZE)) * np.exp(rng.normal(size=(N, 1)))


@pytest.fixture
def gram(q):
    return q @ q.T


def any_p(rng):
    p = rng.exponential(size=N)
    return p / p.sum()


def estimates(q, plan, rng, times):
    """So many gradient estimates, drawn: (times, SIZE)."""
    rows = [rng.choice(len(q), BATCH, replace=plan.replace, p=plan.p) for _ in range(times)]
    return np.stack([(plan.w[chosen, None] * q[chosen]).mean(axis=0) for chosen in rows])


def among(k):
    """k candidates, equally likely, without replacement."""
    p = np.zeros(N)
    p[:k] = 1 / k
    return Plan(p, np.ones(N), replace=False)


def test_weights_of_one_over_np_leave_no_bias_whatever_p_is(gram, rng):
    assert gradients.bias_of(gram, Plan.unbiased(any_p(rng))) < 1e-12


def test_equal_weights_are_biased_unless_p_is_uniform(gram, rng):
    assert gradients.bias_of(gram, Plan(any_p(rng), np.ones(N), replace=True)) > 0.01
    assert gradients.bias_of(gram, Plan.uniform(N)) < 1e-12


def test_weights_of_two_have_a_bias_of_one(gram):
    assert gradients.bias_of(gram, Plan(np.full(N, 1 / N), np.full(N, 2.0), replace=True)) == pytest.approx(1)


def test_a_uniform_batch_has_a_variance_ratio_of_one(gram):
    assert gradients.variance_ratio(gram, Plan.uniform(N), BATCH) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("form", ["uniform", "unbiased", "biased", "without replacement"])
def test_the_closed_form_agrees_with_two_thousand_drawn_batches(q, gram, rng, form):
    plan = {
        "uniform": Plan.uniform(N),
        "unbiased": Plan.unbiased(0.5 * any_p(rng) + 0.5 / N),
        "biased": Plan(any_p(rng), np.ones(N), replace=True),
        "without replacement": among(25),
    }[form]
    drawn = estimates(q, plan, rng, 2000)
    assert gradients.variance_of(gram, plan, BATCH) == pytest.approx(drawn.var(axis=0).sum(), rel=0.05)
    error = np.linalg.norm(drawn.mean(axis=0) - (plan.p * plan.w) @ q)
    assert error < 4 * np.sqrt(drawn.var(axis=0).sum() / 2000)


def test_a_choice_without_alternative_has_no_variance(gram):
    assert gradients.variance_of(gram, among(BATCH), BATCH) == 0


def test_no_unbiased_plan_has_less_variance_than_the_optimal_one(gram, rng):
    best = gradients.optimal(gradients.norms_of(gram))
    least = gradients.variance_of(gram, best, BATCH)
    others = [Plan.uniform(N), *(Plan.unbiased(any_p(rng)) for _ in range(200))]
    near = best.p * np.exp(0.01 * rng.normal(size=N))
    others.append(Plan.unbiased(near / near.sum()))
    assert all(gradients.variance_of(gram, plan, BATCH) >= least for plan in others)


def test_the_optimal_plan_lowers_the_second_moment_by_tau_squared(q):
    norms = np.linalg.norm(q, axis=1)
    plan = gradients.optimal(norms)
    moment = (plan.p * plan.w**2) @ norms**2
    assert moment == pytest.approx(norms.mean() ** 2, rel=1e-9)
    g = norms / norms.sum()
    assert (norms**2).mean() / moment == pytest.approx(N * (g**2).sum(), rel=1e-9)  # tau squared


def test_single_precision_keeps_the_moments(q, gram, rng):
    single = (q.astype(np.float32) @ q.astype(np.float32).T).astype(float)
    plan = Plan(any_p(rng), np.ones(N), replace=True)
    assert gradients.norms_of(single) == pytest.approx(np.linalg.norm(q, axis=1), rel=1e-5)
    for moment in (gradients.bias_of, lambda gram, plan: gradients.variance_ratio(gram, plan, BATCH)):
        assert moment(single, plan) == pytest.approx(moment(gram, plan), rel=1e-5)
    assert gradients.bias_of(single, Plan.unbiased(plan.p)) < 1e-12


def test_a_bound_that_is_the_norm_is_tight(q):
    norms = np.linalg.norm(q, axis=1)
    correlation, spread = gradients.tightness(norms, 3 * norms)
    assert correlation == pytest.approx(1)
    assert spread == pytest.approx(0, abs=1e-12)
    assert gradients.tightness(norms, 1 / norms)[0] == pytest.approx(-1)
    assert np.isnan(gradients.tightness(norms, np.ones(N))[0])


def test_the_score_is_the_gradient_of_the_cross_entropy_by_the_logits():
    z = torch.randn(64, 10, generator=torch.Generator().manual_seed(0)).mul(3).requires_grad_()
    y = torch.arange(64) % 10
    functional.cross_entropy(z, y, reduction="sum").backward()
    score = bound(z.detach(), y)
    torch.testing.assert_close(score, z.grad.norm(dim=1), atol=1e-6, rtol=0)
    assert (score >= 0).all()
    assert (score < 2**0.5).all()


@pytest.mark.parametrize(
    ("network", "shape"), [("dense", (1, 8, 8)), ("convnet", (1, 8, 8)), ("resnet", (3, 8, 8)), ("lstm", (1, 4, 4))]
)
def test_gradients_of_all_samples_at_once_are_those_of_one_at_a_time(network, shape):
    net = networks.build(network, shape, seed=1)
    draw = torch.Generator().manual_seed(0)
    x, y = torch.randn(5, *shape, generator=draw), torch.arange(5)
    together = gradients.per_sample(net, x, y)
    for row in range(5):
        alone = torch.autograd.grad(functional.cross_entropy(net(x[row : row + 1]), y[row : row + 1]), net.parameters())
        torch.testing.assert_close(together[row], torch.cat([part.flatten() for part in alone]), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("network", ["dense", "convnet"])
def test_inner_products_are_those_of_the_gradients(network):
    net = networks.build(network, (1, 8, 8), seed=1)
    x, y = torch.randn(12, 1, 8, 8, generator=torch.Generator().manual_seed(0)), torch.arange(12) % 10
    q = gradients.per_sample(net, x, y).double().numpy()
    assert gradients.gram_of(net, x, y) == pytest.approx(q @ q.T, rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("side", [28, 16])
def test_lenet_takes_images_of_both_sizes(side):
    assert networks.build("lenet", (1, side, side), seed=0)(torch.zeros(2, 1, side, side)).shape == (2, 10)


def test_a_networks_weights_come_from_its_seed_and_disturb_no_other_dice():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first, second, third = (networks.build("convnet", (1, 8, 8), seed=seed) for seed in (1, 1, 2))
    assert torch.equal(before, torch.get_rng_state())
    assert torch.equal(first[0].weight, second[0].weight)
    assert not torch.equal(first[0].weight, third[0].weight)
