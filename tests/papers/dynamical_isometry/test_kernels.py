"""What the paper says of kernels: which of them are isometries, and that the algorithms make what they should."""

import numpy as np
import pytest

from papers.dynamical_isometry.deep_signal.scoring import measured_factors
from papers.dynamical_isometry.problem.network import Network
from papers.dynamical_isometry.problem.theory import critical, mode_factors
from tests.papers.dynamical_isometry.starting import linear_map, names_of, started


def singular_values(slug, seed=0):
    """Of one layer, its gain taken off."""
    network, spec = started(slug, depth=2, seed=seed)
    return np.linalg.svd(linear_map(network, 1), compute_uv=False) / np.sqrt(spec["critical"]["sigma_w2"])


@pytest.mark.parametrize("slug", ["delta_orthogonal", "random_orthogonal"])
def test_an_orthogonal_convolution_has_singular_values_1(slug):
    assert singular_values(slug) == pytest.approx(np.ones(256), abs=1e-6)


@pytest.mark.parametrize(
    ("slug", "low", "high"), [("flat_orthogonal", 0.026, 1.93), ("critical_gaussian", 0.007, 2.06)]
)
def test_a_flattened_or_gaussian_kernel_has_not(slug, low, high):
    """The least and the largest, means of eight draws against one that was measured elsewhere."""
    values = np.array([singular_values(slug, seed) for seed in range(8)])
    assert values.max(axis=1).mean() == pytest.approx(high, rel=0.1)
    assert values.min(axis=1).mean() < 4 * low


def test_linear_layers_multiply_to_a_power_of_the_gain_times_an_isometry():
    network, spec = started("delta_orthogonal", depth=128)
    gain = spec["critical"]["sigma_w2"] ** (128 / 2)
    assert np.linalg.svd(linear_map(network), compute_uv=False) == pytest.approx(np.full(256, gain), rel=1e-5)


def test_the_orthogonal_matrix_is_haars():
    """Its diagonal has mean 0; without the correction of signs it has not."""
    matrices = names_of("delta_orthogonal")["haar"](np.random.default_rng(0), 400, 16)
    assert matrices.transpose(0, 2, 1) @ matrices == pytest.approx(np.tile(np.eye(16), (400, 1, 1)), abs=1e-12)
    diagonal = np.diagonal(matrices, axis1=1, axis2=2)
    assert abs(diagonal.mean()) < 4 / np.sqrt(16 * 400 * 16)
    raw, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(400, 16, 16)))
    assert abs(np.diagonal(raw, axis1=1, axis2=2).mean()) > 0.05


def factors(seed, depth=3):
    """What a start of random_orthogonal draws: H times the gain, and P and Q of both 2x2 kernels, in this order."""
    names, rng = names_of("random_orthogonal"), np.random.default_rng(seed)
    turn = names["haar"](rng, depth, 16)
    return turn, *(names["projections"](rng, depth, 16) for _ in range(4))


def gain_of(spec):
    return np.sqrt(spec["critical"]["sigma_w2"])


def test_algorithm_1_is_the_one_that_the_paper_writes_down():
    """A second implementation: 2x2 kernels of four products each, convolved block by block, then turned."""
    network, spec = started("random_orthogonal", depth=3, seed=7)
    turn, *projections = factors(7)
    first, second = (blocks(p, q) for p, q in (projections[:2], projections[2:]))
    expected = np.zeros_like(network.weight)
    for (row, column), one in first.items():
        for (lower, right), other in second.items():
            expected[:, :, :, row + lower, column + right] += gain_of(spec) * turn @ one @ other
    assert network.weight == pytest.approx(expected, abs=1e-6)


def blocks(p, q):
    """The taps of a 2x2 kernel, by row and column."""
    eye = np.eye(16)
    return {(0, 0): p @ q, (0, 1): p @ (eye - q), (1, 0): (eye - p) @ q, (1, 1): (eye - p) @ (eye - q)}


def test_algorithm_1_is_a_product_of_simple_factors_at_every_frequency():
    """A third one: (P + z (I - P)) (Q + w (I - Q)) twice, and the matrix H before them."""
    network, spec = started("random_orthogonal", depth=3, seed=7)
    (turn, p1, q1, p2, q2), eye = factors(7), np.eye(16)
    for z, w in [(1, 1), (1j, -1), (np.exp(0.3j), np.exp(2j))]:
        powers = np.outer(z ** np.arange(3), w ** np.arange(3))
        symbol = np.einsum("loirc,rc->loi", network.weight, powers)
        first, second = ((p + z * (eye - p)) @ (q + w * (eye - q)) for p, q in ((p1, q1), (p2, q2)))
        assert symbol == pytest.approx(gain_of(spec) * turn @ first @ second, abs=1e-5)


def test_projections_of_algorithm_1_are_uniformly_distributed():
    """On random halves of 16 dimensions an entry of the diagonal is Beta(4, 4): mean 1/2, variance 1/36."""
    p = names_of("random_orthogonal")["projections"](np.random.default_rng(0), 1000, 16)
    assert p @ p == pytest.approx(p, abs=1e-5)
    assert np.trace(p, axis1=1, axis2=2) == pytest.approx(np.full(1000, 8), abs=1e-4)
    diagonal = np.diagonal(p, axis1=1, axis2=2)
    assert diagonal.mean(axis=0) == pytest.approx(np.full(16, 1 / 2), abs=0.03)
    assert diagonal.var() == pytest.approx(1 / 36, rel=0.05)


@pytest.mark.slow
def test_a_wide_gaussian_layer_multiplies_modes_as_the_theory_says():
    channels, rng = 256, np.random.default_rng(3)
    bright = rng.uniform(0.2, 2, (1, 16, 1))
    x = 1e-3 * bright * rng.normal(size=(8, 16, channels))
    total = np.zeros((4, 4), complex)
    for _ in range(40):
        weight = rng.normal(0, 1 / np.sqrt(9 * channels), (1, channels, channels, 3, 3))
        total += measured_factors(Network(weight, np.zeros((1, channels)), 4, 4).states(x), 4, 4) / 40
    assert total == pytest.approx(mode_factors(np.full((3, 3), 1 / 9), 4, 4), abs=0.05)


@pytest.mark.parametrize("depth", [100, 1000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_gradients_pass_delta_orthogonal_layers_both_ways(depth):
    """The ratio of the first layer's gradient to the last one's is in [.5, 2], at any depth."""
    network, spec = started("delta_orthogonal", depth=depth)
    rng = np.random.default_rng(depth)
    x = np.sqrt(spec["critical"]["q"]) * rng.normal(size=(8, 16, 16))
    states = network.states(x)
    norms = network.gradient_norms(states, rng.normal(size=states[-1].shape))
    assert 0.5 < norms[0] / norms[-1] < 2


def test_gradients_of_gaussian_layers_vanish_over_the_depth_scale():
    """Off the critical line, by chi a layer, where the network is wide."""
    rng, channels, depth = np.random.default_rng(5), 64, 40
    weight = rng.normal(0, np.sqrt(0.6 / (9 * channels)), (depth, channels, channels, 3, 3))
    bias = rng.normal(0, np.sqrt(critical("tanh", 0.05)[1]), (depth, channels))
    network = Network(weight, bias, 4, 4)
    states = network.states(0.05 * rng.normal(size=(8, 16, channels)))
    norms = network.gradient_norms(states, rng.normal(size=states[-1].shape))
    slope = np.polyfit(np.arange(15, 35), np.log(norms[15:35] ** 2), 1)[0]
    assert slope == pytest.approx(-np.log(0.6), abs=0.1)
