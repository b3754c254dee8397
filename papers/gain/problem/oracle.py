"""The exact conditional mean of a synthetic table: what nobody can beat."""

import numpy as np
from scipy.special import logsumexp

from papers.gain.problem.masks import SelfMasking
from papers.gain.problem.tables import NOISE, Generator

REACH, POINTS, NODES = 5.0, 81, 21  # a grid that ends at 4 is wrong by up to .06 in rows whose u lies there


def conditional_mean(
    x: np.ndarray, observed: np.ndarray, generator: Generator, masking: SelfMasking | None = None
) -> np.ndarray:
    """E[x | observed cells, mask] for every cell, by quadrature over u on an 81 x 81 grid on [-5, 5]^2: (n, d).

    x: (n, d), observed: (n, d) bool. Cells are independent given u, so the weight of a grid point is
    p(u) prod_observed N(x_j; f_j(u), NOISE^2) prod_missing E[P(missing | x_j) | u]. Without `masking` the last product
    is left out: the ignorable optimum, which knows the table but not why cells are missing; exact under MCAR and MAR.
    """
    axis = np.linspace(-REACH, REACH, POINTS)
    u = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)
    mean = generator.mean(u)  # (g, d)
    m, known = observed.astype(float), np.where(observed, x, 0.0)
    # sum over observed cells of (x - f)^2, expanded so that it is three matrix products
    squares = (known**2).sum(axis=1)[:, None] - 2 * known @ mean.T + m @ (mean**2).T
    log_weight = -0.5 * (u**2).sum(axis=1) - squares / (2 * NOISE**2)  # (n, g)
    expected = mean
    if masking:
        chance, expected = _if_missing(mean, masking)
        log_weight = log_weight + (1 - m) @ np.log(chance).T
    weight = np.exp(log_weight - logsumexp(log_weight, axis=1, keepdims=True))
    return np.where(observed, x, weight @ expected)


def _if_missing(mean: np.ndarray, masking: SelfMasking) -> tuple[np.ndarray, np.ndarray]:
    """P(missing | u) and E[x_j | missing, u] at every grid point: (g, d) each, by Gauss-Hermite over eps."""
    nodes, quadrature = np.polynomial.hermite_e.hermegauss(NODES)
    quadrature = quadrature / quadrature.sum()
    chance, moment = np.zeros_like(mean), np.zeros_like(mean)
    for node, share in zip(nodes, quadrature, strict=True):
        value = mean + NOISE * node
        probability = share * masking.probability(value)
        chance += probability
        moment += probability * value
    return chance, moment / chance
