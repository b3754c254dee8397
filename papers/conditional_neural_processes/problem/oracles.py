"""The exact predictive distributions of the curves: Gaussian processes, and mixtures of them where a law leaves something open.

All in float64. B curves, n context points, m targets.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from papers.conditional_neural_processes.kit import CHANGE, LAWS, NOISE, SIDES, Kernel

LOG_2PI = float(np.log(2 * np.pi))
ROWS = 16  # of a triangular system that are solved at once


@dataclass(frozen=True)
class Predictive:
    """A mixture of C normal distributions for each target, all (C, B, m); weights sum to 1 over the first axis."""

    log_weights: np.ndarray
    means: np.ndarray
    deviations: np.ndarray

    def log_density(self, y: np.ndarray) -> np.ndarray:
        """Of the values y (B, m): (B, m) nats."""
        return np.asarray(logsumexp(self.log_weights + log_normal(y, self.means, self.deviations), axis=0))

    def moments(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation: each (B, m)."""
        weights = np.exp(self.log_weights)
        mean = (weights * self.means).sum(axis=0)
        second = (weights * (self.deviations**2 + (self.means - mean) ** 2)).sum(axis=0)
        return mean, np.sqrt(second)


def log_normal(y: np.ndarray, mean: np.ndarray | float, deviation: np.ndarray | float) -> np.ndarray:
    return np.asarray(-0.5 * ((y - mean) / deviation) ** 2 - np.log(deviation) - 0.5 * LOG_2PI)


def predictive(family: str, xc: np.ndarray, yc: np.ndarray, xt: np.ndarray) -> Predictive:
    """What can be known of the targets at xt (B, m) from the context xc, yc (B, n) by who knows the law."""
    xc, yc, xt = (np.asarray(values, float) for values in (xc, yc, xt))
    if family == "switching":
        return switching(xc, yc, xt)
    law = LAWS[family]
    noises = law.noise(xc), law.noise(xt)
    parts = [posterior(kernel, xc, yc, xt, *noises) for kernel, _ in law.kernels]
    weights = np.stack([np.log(weight) + part[2] for part, (_, weight) in zip(parts, law.kernels, strict=True)])
    weights = weights - logsumexp(weights, axis=0)
    return Predictive(
        np.broadcast_to(weights[..., None], (*weights.shape, xt.shape[1])),
        np.stack([part[0] for part in parts]),
        np.stack([part[1] for part in parts]),
    )


def posterior(
    kernel: Kernel, xc: np.ndarray, yc: np.ndarray, xt: np.ndarray, noise_c: np.ndarray, noise_t: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean and deviation (noise included) of the targets, each (B, m), and the context's log evidence (B,)."""
    v, z, evidence = whitened(kernel, xc, yc, xt, noise_c)
    mean = (v * z[..., None]).sum(axis=1)
    variance = 1 - (v**2).sum(axis=1) + noise_t**2
    return mean, np.sqrt(np.maximum(variance, 1e-12)), evidence.sum(axis=1)


def whitened(
    kernel: Kernel, xc: np.ndarray, yc: np.ndarray, xt: np.ndarray, noise: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """With K = L L': L^-1 k(x, t) (B, n, m), L^-1 y (B, n), and log p(y_i | y_1 ... y_i-1) (B, n).

    The first rows of each are those of the context's first points alone.
    """
    n = xc.shape[1]
    K = kernel(xc[:, :, None] - xc[:, None, :])
    K[:, np.arange(n), np.arange(n)] += noise**2
    L = np.linalg.cholesky(K)
    right = np.concatenate([kernel(xc[:, :, None] - xt[:, None, :]), yc[..., None]], axis=2)
    solved = substituted(L, right)
    z = solved[..., -1]
    return solved[..., :-1], z, -0.5 * z**2 - np.log(np.diagonal(L, axis1=1, axis2=2)) - 0.5 * LOG_2PI


def substituted(L: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solve L z = right, (B, n, n) lower triangular and (B, n, m), a block of rows after the other.

    np.linalg.solve would factorise L, which is triangular already, at five times the cost.
    """
    solved = np.empty_like(right)
    for start in range(0, right.shape[1], ROWS):
        rows = slice(start, start + ROWS)
        rest = right[:, rows] - L[:, rows, :start] @ solved[:, :start]
        solved[:, rows] = np.linalg.solve(L[:, rows, rows], rest)
    return solved


def switching(xc: np.ndarray, yc: np.ndarray, xt: np.ndarray) -> Predictive:
    """The law whose kernel changes, integrated exactly over the change point and over the order of its two lengths.

    Only which context points lie on the left matters, so that with k of them there the change is in an interval between
    two neighbours, and a target in it is on one side or the other. Components: 2 orders x (n + 1) intervals x 2 sides.
    """
    order = np.argsort(xc, axis=1)
    x, y = np.take_along_axis(xc, order, axis=1), np.take_along_axis(yc, order, axis=1)
    before, after = shares(x, xt)
    with np.errstate(divide="ignore"):
        log_before, log_after = np.log(before), np.log(after)
    weights, means, deviations = [], [], []
    for left, right in (SIDES, SIDES[::-1]):
        mean_l, dev_l, evidence_l = prefixes(Kernel("rbf", left), x, y, xt)
        mean_r, dev_r, evidence_r = (z[:, ::-1] for z in prefixes(Kernel("rbf", right), x[:, ::-1], y[:, ::-1], xt))
        evidence = (evidence_l + evidence_r)[..., None]
        weights += [
            evidence + log_after,
            evidence + log_before,
        ]  # the change after the target: the target is left of it
        means += [mean_l, mean_r]
        deviations += [dev_l, dev_r]
    joined = np.concatenate(weights, axis=1)
    joined = joined - logsumexp(joined, axis=1, keepdims=True)
    log_weights, mean, deviation = (
        z.transpose(1, 0, 2) for z in (joined, np.concatenate(means, axis=1), np.concatenate(deviations, axis=1))
    )
    return Predictive(log_weights, mean, deviation)


def prefixes(kernel: Kernel, x: np.ndarray, y: np.ndarray, xt: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean and deviation (B, n + 1, m) given the first 0 ... n points of the context, and their log evidence (B, n + 1)."""
    v, z, evidence = whitened(kernel, x, y, xt, np.full_like(x, NOISE))
    mean = _from_nothing(v * z[..., None])
    variance = 1 - _from_nothing(v**2) + NOISE**2
    return mean, np.sqrt(np.maximum(variance, 1e-12)), _from_nothing(evidence)


def _from_nothing(terms: np.ndarray) -> np.ndarray:
    """Sums of the first 0, 1 ... n terms along axis 1."""
    return np.concatenate([np.zeros_like(terms[:, :1]), np.cumsum(terms, axis=1)], axis=1)


def shares(x: np.ndarray, xt: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How likely the change lies in each interval between sorted inputs, before and after a target: each (B, n + 1, m)."""
    low, high = CHANGE
    edges = np.clip(np.pad(x, ((0, 0), (1, 1)), constant_values=((0, 0), (low, high))), low, high)
    start, end, target = edges[:, :-1, None], edges[:, 1:, None], np.clip(xt, low, high)[:, None, :]
    before = np.maximum(np.minimum(end, target) - start, 0)
    after = np.maximum(end - np.maximum(start, target), 0)
    return before / (high - low), after / (high - low)


def known_change(
    xc: np.ndarray, yc: np.ndarray, xt: np.ndarray, change: float, lengths: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """One curve (n,), (m,) whose change point and lengths are known: mean and deviation, each (m,)."""
    mean, deviation = np.empty_like(xt), np.empty_like(xt)
    for is_right, length in zip((False, True), lengths, strict=True):
        c, t = (xc > change) == is_right, (xt > change) == is_right
        noises = np.full((1, c.sum()), NOISE), np.full((1, t.sum()), NOISE)
        part = posterior(Kernel("rbf", length), xc[None, c], yc[None, c], xt[None, t], *noises)
        mean[t], deviation[t] = part[0][0], part[1][0]
    return mean, deviation
