"""The network in numpy against torch, finite differences and invariances."""

import numpy as np
import pytest
import torch

from papers.dynamical_isometry.deep_signal.scoring import log_singular_values
from papers.dynamical_isometry.problem.network import Network, convolve, neighbours, transposed
from tests.papers.dynamical_isometry.starting import started

PIXELS, CHANNELS, SIDE = 16, 6, 4


def drawn(depth=5, seed=0, activation="tanh"):
    rng = np.random.default_rng(seed)
    weight = rng.normal(0, 1 / np.sqrt(9 * CHANNELS), (depth, CHANNELS, CHANNELS, 3, 3))
    network = Network(weight, 0.1 * rng.normal(size=(depth, CHANNELS)), SIDE, SIDE, activation)
    return network, rng.normal(size=(3, PIXELS, CHANNELS)), rng.normal(size=(3, PIXELS, CHANNELS))


def in_torch(network, x, weight):
    """The last activations (B, P, C), by torch's own convolution with circular padding."""
    h = torch.from_numpy(x).permute(0, 2, 1).reshape(len(x), -1, SIDE, SIDE)
    unit = {"tanh": torch.tanh, "relu": torch.relu}[network.activation]
    for kernel, bias in zip(weight, torch.from_numpy(network.bias), strict=True):
        around = torch.nn.functional.pad(h, (1, 1, 1, 1), mode="circular")
        h = unit(torch.nn.functional.conv2d(around, kernel, bias))
    return h.reshape(len(x), -1, PIXELS).permute(0, 2, 1)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_activations_and_gradients_are_torchs(activation):
    network, x, last = drawn(activation=activation)
    weight = torch.from_numpy(network.weight).requires_grad_(True)
    h = in_torch(network, x, weight)
    (h * torch.from_numpy(last)).sum().backward()
    states = network.states(x)
    assert states[-1] == pytest.approx(h.detach().numpy(), rel=1e-10, abs=1e-12)
    norms = weight.grad.reshape(network.depth, -1).norm(dim=1).numpy()
    assert network.gradient_norms(states, last) == pytest.approx(norms, rel=1e-10)


def test_gradients_are_those_of_finite_differences():
    network, x, last = drawn(depth=8)
    rng, step = np.random.default_rng(1), 1e-5
    direction = rng.normal(size=network.weight[0].shape)
    weight = torch.from_numpy(network.weight).requires_grad_(True)
    (in_torch(network, x, weight) * torch.from_numpy(last)).sum().backward()
    slope = float((weight.grad[0].numpy() * direction).sum())
    values = []
    for sign in (1, -1):
        moved = network.weight.copy()
        moved[0] += sign * step * direction
        ends = Network(moved, network.bias, SIDE, SIDE).states(x)[-1]
        values.append((ends * last).sum())
    assert (values[0] - values[1]) / (2 * step) == pytest.approx(slope, rel=1e-6)


def test_the_transposed_kernel_is_the_transposed_map():
    rng = np.random.default_rng(0)
    kernel, near = rng.normal(size=(5, 3, 3, 3)), neighbours(4, 6)
    x, y = rng.normal(size=(1, 24, 3)), rng.normal(size=(1, 24, 5))
    forward, back = convolve(x, kernel, near), convolve(y, transposed(kernel), near)
    assert (forward * y).sum() == pytest.approx((x * back).sum(), rel=1e-12)


def test_the_jacobian_is_the_derivative():
    network, x, _ = drawn(depth=4)
    states = network.states(x[:1])
    direction = np.random.default_rng(2).normal(size=x[:1].shape)
    ends = [network.states(x[:1] + sign * 1e-6 * direction)[-1] for sign in (1, -1)]
    moved = direction.reshape(-1) @ network.jacobian(states[:, 0])
    assert moved == pytest.approx((ends[0] - ends[1]).reshape(-1) / 2e-6, rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("slug", ["random_orthogonal", "he"])
def test_renaming_the_channels_changes_no_measure(slug):
    """Sums are taken in another order then, as on another machine: even chaos stays within 1e-6 at 128 layers."""
    network, _ = started(slug, depth=128)
    rng = np.random.default_rng(0)
    x, last, order = rng.normal(size=(4, 16, 16)), rng.normal(size=(4, 16, 16)), rng.permutation(16)
    renamed = Network(network.weight[:, order][:, :, order], network.bias[:, order], 4, 4)
    measures = []
    for net, start, end in ((network, x, last), (renamed, x[..., order], last[..., order])):
        states = net.states(start)
        logs = log_singular_values(net.jacobian(states[:, 0]))
        measures.append((np.log(net.gradient_norms(states, end)), logs[logs > logs[0] - 10]))
    for one, other in zip(*measures, strict=True):
        assert one == pytest.approx(other, abs=1e-6)
