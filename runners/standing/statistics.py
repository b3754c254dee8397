"""The statistics of a board: means with intervals, and tests of differences. numpy and scipy only.

A method's scores form an array (strata, seeds). Cases are fixed: the board asks about these and no others. Seeds are the
noise: a seed draws data, masks and the method's own randomness anew. Draws of different cases are independent, so each
case is a stratum with a variance of its own; where cases share draws, or a rule makes one score of a seed's cases, there
is one stratum and a seed is a block. Methods are compared by paired differences, because all of them meet the same draws; in
a stratum whose problems each upload draws for itself there is nothing to pair, and the two means have an error each.
docs/statistics.md has the formulas and how well they are calibrated.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Literal, TypeVar

import numpy as np
from scipy.special import stdtr, stdtrit  # scipy.stats would cost each process of the site a second

LEVEL = 0.95
NEGLIGIBLE = 1e-9  # relative: noise below it is the arithmetic's, and so is a difference of that size

Rule = Literal["mean", "iqm", "worst", "rank", "weights"]
Key = TypeVar("Key", bound=Hashable)
Unpaired = Sequence[bool] | None  # (strata,): in which two entries met different problems; None: in no stratum
Spread = tuple[np.ndarray, np.ndarray, np.ndarray]
RULES: tuple[Rule, ...] = ("mean", "iqm", "worst", "rank", "weights")


@dataclass(frozen=True)
class Estimate:
    """A mean and its 95 % interval; low and high are None where there are too few seeds for one."""

    value: float
    low: float | None
    high: float | None

    @property
    def side(self) -> int:
        """1 where the whole interval lies above 0, -1 where it lies below, 0 where it can't tell."""
        if self.low is None or self.high is None:
            return 0
        return (self.low > 0) - (self.high < 0)


@dataclass(frozen=True)
class Difference(Estimate):
    """A difference of two means with the p-value of "there is none"; None where there are too few seeds for one."""

    p: float | None


@dataclass(frozen=True)
class Moments:
    """A mean, its standard error and that one's degrees of freedom, each of the same shape."""

    mean: np.ndarray
    error: np.ndarray
    df: np.ndarray


def moments(draws: np.ndarray) -> Moments:
    """The mean over strata and seeds, and how sure it is. draws: (strata, seeds >= 2, ...) -> shape (...).

    With s_c the standard deviation of stratum c over its n seeds and C strata: error = √(Σ s_c² / n) / C, with
    (Σ s_c²)² / Σ (s_c⁴ / (n − 1)) degrees of freedom.

    Source: Satterthwaite (1946), Welch (1947).
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return pooled([(centre, variance, variance**2) for centre, variance in map(spread, draws)], draws.shape[1])


def moments_of_difference(first: np.ndarray, second: np.ndarray, unpaired: Unpaired = None) -> Moments:
    """The mean of first − second, both (strata, seeds >= 2, ...), and how sure it is.

    Paired by seed, s_c is the spread of the differences. In a stratum that is unpaired s_c² is the sum of the two own
    variances, each with n − 1 degrees of freedom.

    Differences that are the same on every seed of a stratum show no spread, which is not proof that there is none: scores
    in coarse steps do that. They count as if half of that difference were their standard deviation.
    """
    strata = zip(first, second, repeat(False) if unpaired is None else unpaired, strict=False)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return pooled([difference_in(*stratum) for stratum in strata], first.shape[1])


def difference_in(first: np.ndarray, second: np.ndarray, is_unpaired: bool) -> Spread:
    """The mean difference of a stratum, (seeds, ...) each, its variance s², and what s² adds to the sum of s⁴."""
    if is_unpaired:
        (one, own), (other, its) = spread(first), spread(second)
        centre, variance, square = one - other, own + its, own**2 + its**2
    else:
        centre, variance = spread(first - second)
        square = variance**2
    guess = (centre / 2) ** 2
    is_silent = variance <= (NEGLIGIBLE * centre) ** 2
    return centre, np.where(is_silent, guess, variance), np.where(is_silent, guess**2, square)


def spread(stratum: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance over the seeds: (seeds, ...) -> (...).

    Sums run in the order of seeds and strata, one after the other: equal pairs have equal moments, bit for bit, whatever
    array they stand in.
    """
    centre = sum(stratum) / len(stratum)
    return centre, sum((value - centre) ** 2 for value in stratum) / (len(stratum) - 1)


def pooled(strata: Sequence[Spread], seeds: int) -> Moments:
    """Of the mean over strata of so many seeds."""
    mean, total, squares = (sum(column) for column in zip(*strata, strict=True))
    df = np.where(total > 0, total**2 / squares, 1) * (seeds - 1)
    return Moments(mean / len(strata), np.sqrt(total / seeds) / len(strata), df)


def p_values(found: Moments, *, negligible: np.ndarray) -> np.ndarray:
    """Two-sided p-values of "the mean is 0" by Student's t. negligible: what the arithmetic explains, of the same shape.

    No difference and no noise is no evidence; what lies beyond the range of a double is none either.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        t = np.abs(found.mean) / np.maximum(found.error, negligible)
    is_nothing = (np.abs(found.mean) <= negligible) & (found.error <= negligible)
    t = np.where(np.isfinite(t) & np.isfinite(found.df) & ~is_nothing, t, 0.0)
    p: np.ndarray = 2 * stdtr(found.df, -t)
    return p


def estimate(scores: np.ndarray) -> Estimate:
    """Estimate the mean of scores: (strata, seeds), finite.

    Raises: ValueError for an empty or non-finite array: a missing score must never look like a good one.
    """
    if scores.ndim != 2 or scores.size == 0 or not np.isfinite(scores).all():
        raise ValueError(f"expected finite scores (strata, seeds), got shape {scores.shape}")
    if scores.shape[1] < 2:
        return Estimate(float(scores.mean()), None, None)
    return _interval(moments(scores[:, :, None]))


def estimates(by_seed: np.ndarray) -> list[Estimate]:
    """Estimate the mean of each row of by_seed: (rows, seeds), finite: a stratum each, so Student's t (1908)."""
    return [estimate(row[None]) for row in by_seed]


def _interval(found: Moments) -> Estimate:
    """mean ± t(0.975; df) error, or no interval where the spread is beyond what a double holds. found: shape (1,)."""
    centre = float(found.mean[0])
    reach = float(t_quantile(1 - LEVEL, found.df)[0] * found.error[0])
    low, high = centre - reach, centre + reach
    return Estimate(centre, low, high) if np.isfinite([low, high]).all() else Estimate(centre, None, None)


def t_quantile(alpha: float, df: np.ndarray) -> np.ndarray:
    """The t that |T| exceeds with probability alpha, T of Student's distribution."""
    return np.asarray(-stdtrit(df, alpha / 2))


def difference(first: np.ndarray, second: np.ndarray, unpaired: Unpaired = None) -> Difference:
    """Estimate first − second, both (strata, seeds), finite: paired by stratum and seed where nothing else is said."""
    if first.shape[1] < 2:
        return Difference(float((first - second).mean()), None, None, None)
    found = moments_of_difference(first[:, :, None], second[:, :, None], unpaired)
    interval = _interval(found)
    p = p_values(found, negligible=negligible(size_of(first[None]), size_of(second[None])))
    return Difference(interval.value, interval.low, interval.high, float(p[0]))


def size_of(scores: np.ndarray) -> np.ndarray:
    """How large the scores are, squared: (entries, strata, seeds) -> (entries,)."""
    with np.errstate(over="ignore"):
        return np.asarray((scores**2).mean(axis=(1, 2)))


def negligible(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The difference that arithmetic explains between scores of such sizes."""
    return np.asarray(NEGLIGIBLE * np.sqrt(first + second))


def strata_of(
    scores: np.ndarray,
    rule: Rule = "mean",
    *,
    gain: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    share_draws: bool = False,
) -> np.ndarray:
    """What is compared: scores (entries, cases, seeds) -> (entries, strata, seeds), of which the mean is the rule's value.

    Under a mean each case is a stratum, unless cases share draws; any other rule makes one score of a seed's cases.
    """
    if rule not in ("mean", "weights") or share_draws:
        return by_seed(scores, rule, gain=gain, weights=weights)[:, None]
    if weights is not None and weights.sum() > 0:
        return np.asarray(scores * (weights * len(weights) / weights.sum())[:, None])
    return scores


def unpaired_strata(is_salted: Sequence[bool], rule: Rule = "mean", *, share_draws: bool = False) -> Unpaired:
    """Which strata of `strata_of` hold a case that every upload draws for itself, (cases,) -> (strata,); None: none does."""
    if not any(is_salted):
        return None
    return [True] if rule not in ("mean", "weights") or share_draws else is_salted


def by_seed(
    scores: np.ndarray, rule: Rule = "mean", *, gain: np.ndarray | None = None, weights: np.ndarray | None = None
) -> np.ndarray:
    """Make one score of each seed's cases. scores: (entries, cases, seeds) -> (entries, seeds).

    gain: the same scores as something of which more is better, where they aren't that themselves: it says which cases
    are the worst. mean, or weights: the mean over cases, weighted by (cases,) >= 0. iqm: the interquartile mean over
    cases, without the best and the worst quarter of them. worst: the worst case of each seed. rank: the mean over cases
    of the entry's place among all entries, negative so that higher is better; it depends on who else is there.

    Source: interquartile mean as in Agarwal et al. (2021), here within a seed, so that seeds remain the noise.
    """
    gain = scores if gain is None else gain
    match rule:
        case "iqm":
            in_order = np.take_along_axis(scores, np.argsort(gain, axis=1), axis=1)
            return np.tensordot(in_order, iqm_weights(scores.shape[1]), axes=(1, 0))
        case "worst":
            return np.asarray(np.take_along_axis(scores, gain.argmin(axis=1)[:, None], axis=1)[:, 0])
        case "rank":
            return np.asarray(-np.apply_along_axis(places, 0, -gain).mean(axis=1))
        case "mean" | "weights" if weights is not None and weights.sum() > 0:
            return np.tensordot(scores, weights / weights.sum(), axes=(1, 0))
        case _:
            return np.asarray(scores.mean(axis=1))


def places(values: np.ndarray) -> np.ndarray:
    """The place of each of (n,) values, the least being first; equal ones share the mean of their places."""
    in_order = np.sort(values)
    return np.asarray(np.searchsorted(in_order, values) + np.searchsorted(in_order, values, "right") + 1) / 2


def iqm_weights(count: int) -> np.ndarray:
    """Weights of the order statistics in an interquartile mean: (count,), 1 in sum; partial ones at the quartiles."""
    edges = np.clip(np.arange(count + 1) / count, 0.25, 0.75)
    return np.asarray(2 * np.diff(edges))


def holm(p: np.ndarray, level: float = 1 - LEVEL) -> np.ndarray:
    """Which of the hypotheses with these p-values (n,) Holm's step-down procedure rejects: (n,) bool.

    Source: Holm (1979).
    """
    order = np.argsort(p)
    keep_going = p[order] <= level / np.arange(len(p), 0, -1)
    rejected = np.zeros(len(p), bool)
    rejected[order] = np.logical_and.accumulate(keep_going)
    return rejected


def told_apart(differences: Mapping[Key, Difference | None]) -> set[Key]:
    """The differences that Holm's procedure over all of them at 5 % tells from none."""
    tests = [(key, one.p) for key, one in differences.items() if one and one.p is not None]
    rejected = holm(np.array([p for _, p in tests]))
    return {key for (key, _), is_told in zip(tests, rejected, strict=True) if is_told}
