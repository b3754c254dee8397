"""How good predictions are, all against targets that the method did not see. B functions, m targets."""

import numpy as np
from scipy.special import erf

from papers.conditional_neural_processes.problem.oracles import log_normal

CLIP = -20.0  # nats: what one target's log-likelihood counts at least
BAND = 1.6448536  # deviations on either side hold 90 % of a normal law
LEVELS = np.linspace(0.05, 0.95, 19)


def log_likelihood(y: np.ndarray, mean: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """(B, m) nats, clipped from below."""
    return np.asarray(np.maximum(log_normal(y, mean, deviation), CLIP))


def covered(y: np.ndarray, mean: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """Whether each target is within the 90 % band: (B, m) bool."""
    return np.asarray(np.abs(y - mean) <= BAND * deviation)


def energy_score(samples: np.ndarray, y: np.ndarray) -> float:
    """Of joint samples (S, B, m) for y (B, m), a strictly proper score, mean over B: E|X - y| - E|X - X'| / 2, over sqrt(m)."""
    away = np.linalg.norm(samples - y, axis=-1).mean(axis=0)
    count = len(samples)
    apart = sum(np.linalg.norm(samples[i + 1 :] - samples[i], axis=-1).sum(axis=0) for i in range(count - 1))
    return float((away - np.asarray(apart) / (count * (count - 1))).mean() / np.sqrt(y.shape[-1]))


def exponent(sizes: tuple[int, ...], costs: list[float]) -> float:
    """The power with which the cost grows: the slope through the last three of sizes that double."""
    return float(np.log(costs[-1] / costs[-3]) / np.log(sizes[-1] / sizes[-3]))


def std_error(gaps: list[np.ndarray]) -> float:
    """Standard error of the mean over the rounds of gaps (B, m), whose functions are independent."""
    variances = [gap.mean(axis=1).var(ddof=1) / len(gap) for gap in gaps]
    return float(np.sqrt(np.sum(variances)) / len(gaps))


def normal_share(y: np.ndarray, mean: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """The probability of the narrowest central band that holds each target: (B, m), uniform where calibrated."""
    return np.asarray(erf(np.abs(y - mean) / deviation / np.sqrt(2)))
