"""The means of a Jacobian's singular values, beside those of the Jacobian taken apart."""

import numpy as np
import pytest

from papers.dynamical_isometry.deep_signal.isometry import copy_share, frequencies, log_determinants, passage
from papers.dynamical_isometry.problem.network import Network
from papers.dynamical_isometry.problem.start import identity_share
from tests.papers.dynamical_isometry.starting import linear_map, started

RNG = np.random.default_rng


def log_singular_values(matrix):
    return np.log(np.linalg.svd(matrix, compute_uv=False))


@pytest.mark.parametrize(("height", "width"), [(4, 4), (3, 5), (4, 6)])
def test_determinants_are_those_of_the_whole_map(height, width):
    network = Network(RNG(0).normal(size=(3, 2, 2, 3, 3)), np.zeros((3, 2)), height, width)
    logs = log_singular_values(linear_map(network))
    assert log_determinants(network) == pytest.approx(logs.mean(), rel=1e-10)
    assert frequencies(height, width)[1].sum() == height * width


@pytest.mark.parametrize("slug", ["delta_orthogonal", "random_orthogonal", "he"])
def test_both_means_are_those_of_the_jacobian(slug):
    network, _ = started(slug, depth=3)
    states = network.states(RNG(0).normal(size=(1, 16, 16)))
    logs = log_singular_values(network.jacobian(states[:, 0]))
    through = passage(network, states, RNG(1))
    assert log_determinants(network) + through.log_slopes == pytest.approx(logs.mean(), rel=1e-8)
    stretches = [passage(network, states, RNG(seed)).stretch for seed in range(40)]
    assert np.mean(stretches) == pytest.approx(np.log(np.exp(2 * logs).mean()) / 2, abs=0.1)


def test_a_layer_of_wide_gaussian_weights_takes_half_a_nat_off_the_geometric_mean():
    network, _ = started("xavier", depth=100, channels=32)
    assert log_determinants(network) / 100 == pytest.approx(-0.5, abs=0.02)


def test_orthogonal_convolutions_have_no_determinant_but_their_gain():
    for slug in ("delta_orthogonal", "random_orthogonal"):
        network, spec = started(slug, depth=300)
        assert log_determinants(network) == pytest.approx(150 * np.log(spec["critical"]["sigma_w2"]), abs=1e-4)


def test_a_kernel_that_loses_a_direction_has_no_geometric_mean():
    network, _ = started("identity", depth=4)
    network.weight[2, 0] = 0
    with np.errstate(divide="ignore"):
        assert log_determinants(network) == -np.inf


def test_copies_are_at_least_what_lies_on_the_identity():
    for slug in ("identity", "delta_orthogonal", "xavier"):
        network, _ = started(slug, depth=10)
        assert identity_share(network.weight) <= copy_share(network.weight) + 1e-12
    assert copy_share(started("identity", depth=10)[0].weight[:, RNG(0).permutation(16)]) == 1
    assert copy_share(started("delta_orthogonal", depth=300, channels=8)[0].weight) < 0.5
