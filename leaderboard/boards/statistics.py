"""The statistics of a board: means with intervals, and how far a rank can be trusted. numpy and scipy only.

A method's scores form an array (cases, seeds). Cases are fixed: the board asks about these and no others. Seeds are
the noise: a seed draws data, masks and the method's own randomness anew. A rule makes one score of a seed's cases, and
that score is the unit of inference: whatever the cases of one seed share can't make an interval too short. Methods are
compared by paired differences, because all of them meet the same draws. docs/statistics.md has the formulas and how
well they are calibrated.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeVar

import numpy as np
from scipy.special import stdtr, stdtrit  # scipy.stats would cost each process of the site a second

LEVEL = 0.95
NEGLIGIBLE = 1e-9  # relative: noise below it is the arithmetic's, and so is a difference of that size
BLOCK = 1 << 18  # pairs that are compared at once: some MiB
STEPS = 21  # bounds for 1, 2, 4 … 2²⁰ comparisons

Rule = Literal["mean", "iqm", "worst", "rank", "weights"]
Key = TypeVar("Key", bound=Hashable)
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
    """A paired difference with the p-value of "there is none"; None where there are too few seeds for one."""

    p: float | None


@dataclass(frozen=True)
class Places:
    """Where each entry of a board stands; arrays (entries,) in the order in which the entries were given."""

    rank: np.ndarray  # 1 + how many means are better
    low: np.ndarray  # 1 + how many entries are told apart as better
    high: np.ndarray  # how many entries are not told apart as worse
    group: np.ndarray  # 1 first: see tie_groups


def estimate(scores: np.ndarray) -> Estimate:
    """Estimate the mean of scores: (cases, seeds), finite, with Student's t over the seeds' means.

    Raises: ValueError for an empty or non-finite array: a missing score must never look like a good one.
    """
    if scores.ndim != 2 or scores.size == 0 or not np.isfinite(scores).all():
        raise ValueError(f"expected finite scores (cases, seeds), got shape {scores.shape}")
    return estimates(scores.mean(axis=0, keepdims=True))[0]


def estimates(by_seed: np.ndarray) -> list[Estimate]:
    """Estimate the mean of each row of by_seed: (rows, seeds), finite, with Student's t.

    value ± t(0.975; n − 1) s / √n, where s² is the variance over the n seeds.
    Source: Student (1908).
    """
    seeds = by_seed.shape[1]
    value = by_seed.mean(axis=1)
    if seeds < 2:
        return [Estimate(float(centre), None, None) for centre in value]
    with np.errstate(over="ignore"):
        half = t_quantile(1 - LEVEL, seeds - 1) * by_seed.std(axis=1, ddof=1) / np.sqrt(seeds)
    return [_within(float(centre), float(reach)) for centre, reach in zip(value, half, strict=True)]


def _within(centre: float, reach: float) -> Estimate:
    """An interval, or none where the spread is beyond what a double holds."""
    low, high = centre - reach, centre + reach
    return Estimate(centre, low, high) if np.isfinite([low, high]).all() else Estimate(centre, None, None)


@lru_cache(maxsize=4096)
def t_quantile(alpha: float, df: int) -> float:
    """The t that |T| exceeds with probability alpha, T of Student's distribution."""
    return float(-stdtrit(df, alpha / 2))


def paired(first: np.ndarray, second: np.ndarray) -> Difference:
    """Estimate first − second, paired by seed; both (seeds,), finite. The p-value is that of the paired t-test."""
    difference = first - second
    mean = estimates(difference[None])[0]
    if mean.low is None:
        return Difference(mean.value, None, None, None)
    seeds = len(difference)
    error = float(difference.std(ddof=1) / np.sqrt(seeds))
    negligible = NEGLIGIBLE * float(np.sqrt((first**2).sum() + (second**2).sum()))
    if abs(mean.value) <= negligible and error <= negligible:  # equal code gives equal scores
        return Difference(mean.value, mean.low, mean.high, 1.0)
    p = float(2 * stdtr(seeds - 1, -abs(mean.value) / max(error, negligible)))
    return Difference(mean.value, mean.low, mean.high, p)


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
        case "weights" if weights is not None and weights.sum() > 0:
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


@lru_cache(maxsize=64)
def bounds(seeds: int) -> np.ndarray:
    """The t² beyond which two entries differ at 5 % / 1, 2, 4 … 2²⁰, by a two-sided paired t-test over so many seeds."""
    if seeds < 2:
        return np.full(STEPS, np.inf)
    return np.array([t_quantile((1 - LEVEL) / 2**step, seeds - 1) ** 2 for step in range(STEPS)])


def strength(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """How clearly each of first: (a, seeds) differs from each of second: (b, seeds), paired by seed; higher is better.

    Returns (a, b) int8: how many of the bounds t² exceeds, with the sign of the difference. It depends on the two only,
    bit for bit. Equal code gives equal scores: no difference and no noise is no evidence, while a constant difference is
    all of it. Scores beyond 1e150 are never told apart.
    """
    seeds = first.shape[1]
    total = np.zeros((len(first), len(second)))
    square = np.zeros_like(total)
    if seeds < 2:
        return total.astype(np.int8)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for seed in range(seeds):
            difference = first[:, seed, None] - second[None, :, seed]
            total += difference
            difference *= difference
            square += difference
        between = total**2 / seeds
        floor = NEGLIGIBLE**2 * ((first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1)[None])
        t_squared = (seeds - 1) * between / np.maximum(square - between, floor)
    t_squared[~np.isfinite(between) | (between == 0)] = 0
    return np.asarray(np.searchsorted(bounds(seeds), t_squared) * np.sign(total), np.int8)


def histogram(strengths: np.ndarray) -> np.ndarray:
    """Count each row's strengths: (a, b) -> (a, 2 STEPS + 1), from "clearly worse than" to "clearly better than"."""
    width = 2 * STEPS + 1
    places = strengths.astype(int) + STEPS + width * np.arange(len(strengths))[:, None]
    counts: np.ndarray = np.bincount(places.ravel(), minlength=width * len(strengths))
    return counts.reshape(len(strengths), width)


def tally(gain: np.ndarray) -> np.ndarray:
    """Compare all entries of gain: (entries, seeds) with each other -> (entries, 2 STEPS + 1) counts of strengths.

    Every pair is met once, in blocks: 10,000 entries take seconds and some MiB. An entry meets itself, undecided.
    """
    counts = np.zeros((len(gain), 2 * STEPS + 1), int)
    rows = max(1, BLOCK // max(len(gain), 1))
    for start in range(0, len(gain), rows):
        stop = min(start + rows, len(gain))
        strengths = strength(gain[start:stop], gain[start:])
        counts[start:stop] += histogram(strengths)
        counts[stop:] += histogram(-strengths[:, stop - start :].T)
    return counts


def step_down(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Decide at the bound that each entry's number of comparisons asks for. counts: (entries, 2 STEPS + 1).

    Holm's procedure with its steps rounded up to powers of two: the comparisons that are still open, and one, pay for
    each other; those that are decided no longer count. So counts are all it needs, and a newcomer is compared with the
    others and they not with each other. Returns for each entry the bound's index, how many entries are told apart as
    better, and how many as worse.
    """
    worse = np.cumsum(counts[:, ::-1], axis=1)[:, :STEPS][:, ::-1]  # [:, k]: beaten beyond bound k
    better = np.cumsum(counts, axis=1)[:, :STEPS][:, ::-1]
    entries, everyone = np.arange(len(counts)), counts.sum(axis=1)
    step = _ceil_log2(everyone)
    while True:
        decided = better[entries, step] + worse[entries, step]
        following = np.minimum(step, _ceil_log2(everyone - decided))
        if (following == step).all():
            return step, better[entries, step], worse[entries, step]
        step = following


def _ceil_log2(count: np.ndarray) -> np.ndarray:
    """The power of two that isn't less than a count, which is at least 2: a pair is decided in two intervals."""
    return np.asarray(np.minimum(np.ceil(np.log2(np.maximum(count, 2))), STEPS - 1), int)


def place(gain: np.ndarray, counts: np.ndarray, *, tiebreak: Sequence[int]) -> Places:
    """Make places of means and tallies. gain: (entries, seeds), higher is better; tiebreak: lower goes first."""
    mean, order = gain.mean(axis=1), best_first(gain, tiebreak)
    step, better, worse = step_down(counts)
    group = np.empty(len(mean), int)
    group[order] = tie_groups(gain[order], step[order])
    rank = len(mean) - np.searchsorted(np.sort(mean), mean, side="right") + 1
    return Places(rank, better + 1, len(mean) - worse, group)


def best_first(gain: np.ndarray, tiebreak: Sequence[int]) -> np.ndarray:
    """The indices of gain: (entries, seeds) from the highest mean down; equal means in the order of `tiebreak`."""
    return np.lexsort((np.asarray(tiebreak), -gain.mean(axis=1)))


def tie_groups(gain: np.ndarray, step: np.ndarray) -> np.ndarray:
    """Number the groups of gain: (entries, seeds), best first. A group ends before the first entry that is told apart
    from the group's own best, at that one's bound; that entry leads the next group."""
    group, number, start = np.zeros(len(gain), int), 0, 0
    while start < len(gain):
        stop, chunk, number = start + 1, 64, number + 1
        while stop < len(gain):
            ahead = strength(gain[start : start + 1], gain[stop : stop + chunk])[0] > step[start]
            if ahead.any():
                stop += int(ahead.argmax())
                break
            stop, chunk = stop + chunk, 2 * chunk
        group[start:stop] = number
        start = stop
    return group


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
