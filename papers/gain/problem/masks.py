"""What is missing, and why: completely at random, at random, or because of the missing value itself."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit

SLOPE = 2.0  # of self-masking, per standard deviation
CEILING = 0.95  # of one column's missing rate


@dataclass(frozen=True)
class SelfMasking:
    """P(missing | x_j) = sigmoid(slope_j (x_j - centre_j) / spread_j + intercept_j), all (d,): what the oracle knows."""

    slope: np.ndarray
    intercept: np.ndarray
    centre: np.ndarray
    spread: np.ndarray

    def probability(self, x: np.ndarray) -> np.ndarray:
        """x: (..., d) -> (..., d)."""
        return np.asarray(expit(self.slope * (x - self.centre) / self.spread + self.intercept))


def draw_mask(
    mechanism: str, rate: float, x: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, SelfMasking | None]:
    """Draw what is observed: (n, d) bool, and the mechanism where missingness depends on the missing value alone.

    x: (n, d); rate: the share of all cells that is missing.
    """
    spread = x.std(axis=0)
    z = (x - x.mean(axis=0)) / np.where(spread > 0, spread, 1)
    masking = None
    if mechanism == "mnar":
        masking = self_masking(rate, x, z, rng)
        observed = rng.random(x.shape) >= masking.probability(x)
    else:
        observed = MECHANISMS[mechanism](rate, z, rng)
    return repair(observed, x, rng), masking


def mcar(rate: float, z: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rng.random(z.shape) >= rate


def mar(rate: float, z: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Some columns stay complete (30 %, fewer at high rates); the others are missing by a logistic model on them."""
    n, d = z.shape
    complete = max(1, int((0.3 if rate < 0.7 else 0.125) * d))
    order = rng.permutation(d)
    causes, masked = order[:complete], order[complete:]
    observed = np.ones((n, d), bool)
    for j in masked:
        observed[:, j] = rng.random(n) >= logistic(z[:, causes], min(CEILING, rate * d / len(masked)), rng)
    return observed


def mnar_logit(rate: float, z: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Missing by a logistic model on all columns, whose values are then hidden too."""
    return np.column_stack([rng.random(len(z)) >= logistic(z, rate, rng) for _ in range(z.shape[1])])


def mnar_cut(rate: float, z: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """In each column the highest or the lowest values are missing."""
    sign = rng.choice([-1.0, 1.0], z.shape[1])
    jitter = 1e-9 * rng.random(z.shape)  # ties are cut at random
    rank = (sign * z + jitter).argsort(axis=0).argsort(axis=0)
    return np.asarray(rank < round((1 - rate) * len(z)))


def self_masking(rate: float, x: np.ndarray, z: np.ndarray, rng: np.random.Generator) -> SelfMasking:
    slope = SLOPE * rng.choice([-1.0, 1.0], x.shape[1])
    intercept = np.array([intercept_for(rate, slope[j] * z[:, j]) for j in range(x.shape[1])])
    spread = x.std(axis=0)
    return SelfMasking(slope, intercept, x.mean(axis=0), np.where(spread > 0, spread, 1))


def logistic(causes: np.ndarray, rate: float, rng: np.random.Generator) -> np.ndarray:
    """Missing probabilities (n,) by a logistic model with random weights on causes: (n, k)."""
    logits = causes @ rng.normal(size=causes.shape[1])
    logits /= max(logits.std(), 1e-12)
    return np.asarray(expit(logits + intercept_for(rate, logits)))


def intercept_for(rate: float, logits: np.ndarray) -> float:
    """The intercept with which sigmoid(logits + intercept) is `rate` on average."""
    return float(brentq(lambda b: expit(logits + b).mean() - rate, -60, 60))


def repair(observed: np.ndarray, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Give back cells until every row has one and every column two distinct values."""
    for i in np.flatnonzero(~observed.any(axis=1)):
        observed[i, rng.integers(x.shape[1])] = True
    for j in range(x.shape[1]):
        for i in rng.permutation(len(x)):
            if len(np.unique(x[observed[:, j], j])) > 1:
                break
            observed[i, j] = True
    return observed


MECHANISMS: dict[str, Callable[[float, np.ndarray, np.random.Generator], np.ndarray]] = {
    "mcar": mcar,
    "mar": mar,
    "mnar-cut": mnar_cut,
    "mnar-logit": mnar_logit,
}
