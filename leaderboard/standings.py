"""The statistics of a board: means with intervals, and how far a rank can be trusted. numpy and scipy only.

A method's scores form an array (cases, seeds). Cases are fixed: the board asks about these and no others. Seeds are
the noise: a seed draws data, masks and the method's own randomness anew. So the unit of inference is a seed's mean
over the cases, and every comparison of two methods is paired by seed, because all methods meet the same draws.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A mean and its 95 % interval; low and high are None where there are too few seeds for one."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Rank:
    """Place by the primary metric (ties share one) and the places that the data can't rule out."""

    rank: int
    low: int
    high: int


def estimate(scores: np.ndarray) -> Estimate:
    """Estimate the mean of scores: (cases, seeds), finite, with Student's t over the seeds' means.

    Raises: ValueError for an empty or non-finite array: a missing score must never look like a good one.
    """
    if scores.ndim != 2 or scores.size == 0 or not np.isfinite(scores).all():
        raise ValueError(f"expected finite scores (cases, seeds), got shape {scores.shape}")
    by_seed = scores.mean(axis=0)
    mean = float(by_seed.mean())
    n = len(by_seed)
    if n < 2:
        return Estimate(mean, None, None)
    half = float(stats.t.ppf((1 + LEVEL) / 2, n - 1) * by_seed.std(ddof=1) / np.sqrt(n))
    return Estimate(mean, mean - half, mean + half)


def ranks(by_seed: np.ndarray, *, higher_is_better: bool) -> list[Rank]:
    """Rank methods by their mean, with an interval of ranks for each.

    by_seed: (methods, seeds), the mean over cases for each seed. A method's interval leaves out the places that would
    put it ahead of one that beat it, or behind one that it beat, in a two-sided paired t-test over the seeds; Holm's
    procedure over the comparisons with all others keeps the chance of any error in one interval at 5 %. With one seed
    nothing can be told apart.

    Raises: ValueError for non-finite values.
    Source: Holm (1979); rank intervals from pairwise tests as in Mogstad, Romano, Shaikh and Wilhelm (2024).
    """
    if by_seed.ndim != 2 or not np.isfinite(by_seed).all():
        raise ValueError(f"expected finite values (methods, seeds), got shape {by_seed.shape}")
    gain = by_seed if higher_is_better else -by_seed
    mean = gain.mean(axis=1)
    better, worse = _decided(gain)
    return [
        Rank(int((mean > mean[i]).sum()) + 1, int(better[i]) + 1, len(mean) - int(worse[i])) for i in range(len(mean))
    ]


def _decided(gain: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each method: how many others are significantly better, and how many worse. gain: (methods, seeds)."""
    methods, seeds = gain.shape
    better, worse = np.zeros(methods, int), np.zeros(methods, int)
    if seeds < 2:
        return better, worse
    for i in range(methods):
        difference = np.delete(gain - gain[i], i, axis=0)  # (methods - 1, seeds), positive: the other is better
        mean, error = difference.mean(axis=1), difference.std(axis=1, ddof=1) / np.sqrt(seeds)
        # Equal code gives equal scores: no difference and no noise is no evidence, a constant difference is all of it.
        noiseless = error <= 1e-12 * np.maximum(1.0, np.abs(mean))
        t = np.where(
            noiseless, np.where(np.abs(mean) <= 1e-12, 0.0, np.inf), np.abs(mean) / np.where(noiseless, 1.0, error)
        )
        told_apart = holm(2 * stats.t.sf(t, seeds - 1))
        better[i], worse[i] = (told_apart & (mean > 0)).sum(), (told_apart & (mean < 0)).sum()
    return better, worse


def holm(p: np.ndarray, level: float = 1 - LEVEL) -> np.ndarray:
    """Which of the hypotheses with these p-values (n,) Holm's step-down procedure rejects: (n,) bool."""
    order = np.argsort(p)
    keep_going = p[order] <= level / np.arange(len(p), 0, -1)
    rejected = np.zeros(len(p), bool)
    rejected[order] = np.logical_and.accumulate(keep_going)
    return rejected
