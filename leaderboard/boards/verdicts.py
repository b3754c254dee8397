"""How a claim is judged: what the scores say of it, how surely, and how many more seeds would tell. Pure numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from runners.standing import statistics
from runners.standing.statistics import Estimate, Moments, Unpaired

FAMILY = 1 - statistics.LEVEL  # chance of any wrong verdict on one paper
MOST_SEEDS = 1000
PREDICTION = 1.96  # sd of a printed value's own spread


@dataclass(frozen=True)
class Reading:
    """What scores say of a claim: on which side they lie, by which p-value, and the border that they would have to clear."""

    side: str  # "within", "above" or "below" the tolerance; "first" or "second" of two methods
    p: float
    from_border: Moments  # each of shape (1,)
    seeds: int


def within_tolerance(scores: np.ndarray, printed: float, tolerance: float) -> Reading:
    """Where the mean of scores: (strata, seeds >= 2) lies: within printed ± tolerance, above or below it.

    The p-value is twice that of the one-sided test, so that 5 % is where the whole 95 % interval lies on that side.
    """
    low, high = (np.full_like(scores, border) for border in (printed - tolerance, printed + tolerance))
    value = float(scores.mean())
    if abs(value - printed) > tolerance:
        return reading("above", scores, high) if value > printed else reading("below", scores, low)
    nearest = reading("within", scores, low if value - printed < 0 else high)
    return replace(nearest, p=max(p_of(scores, low), p_of(scores, high)))


def better_of(first: np.ndarray, second: np.ndarray, unpaired: Unpaired = None) -> Reading:
    """Which of two methods is better by their gains, each (strata, seeds >= 2)."""
    return reading("first" if float((first - second).mean()) > 0 else "second", first, second, unpaired)


def reading(side: str, first: np.ndarray, second: np.ndarray, unpaired: Unpaired = None) -> Reading:
    found = statistics.moments_of_difference(first[:, :, None], second[:, :, None], unpaired)
    return Reading(side, p_of(first, second, unpaired), found, first.shape[1])


def p_of(first: np.ndarray, second: np.ndarray, unpaired: Unpaired = None) -> float:
    """Of "there is no difference"."""
    return statistics.difference(first, second, unpaired).p or 0.0


def decided(readings: Sequence[Reading | None]) -> list[bool]:
    """Which of a paper's readings are sure: Holm's procedure over all of them."""
    told = statistics.told_apart(
        {
            index: statistics.Difference(0.0, None, None, reading.p)
            for index, reading in enumerate(readings)
            if reading is not None
        }
    )
    return [index in told for index in range(len(readings))]


def seeds_to_decide(reading: Reading, comparisons: int) -> int | None:
    """About how many seeds in all would decide what is open now, were its mean and spread what they seem to be.

    comparisons: those that are open and pay for each other. None where more than MOST_SEEDS would not.
    """
    found, now = reading.from_border, reading.seeds
    seeds = np.arange(now + 1, MOST_SEEDS + 1)
    error = float(found.error[0]) * np.sqrt(now / seeds)
    bound = statistics.t_quantile(FAMILY / max(comparisons, 1), found.df[0] * (seeds - 1) / (now - 1))
    enough = abs(float(found.mean[0])) > bound * error
    return int(seeds[enough.argmax()]) if enough.any() else None


def is_predicted(measured: Estimate, printed: float, spread: float | None) -> bool:
    """Whether a printed value that was drawn with such a spread of its own could have come out beside what we measured."""
    if spread is None or measured.low is None:
        return True
    reach = np.hypot(measured.value - measured.low, PREDICTION * spread)
    return bool(abs(measured.value - printed) <= reach)


def tolerance_of(stated: float, printed: float, trivial: float | None) -> float:
    """What is stated, but at most a third of the way from the printed value to a trivial control's."""
    return stated if trivial is None else min(stated, abs(trivial - printed) / 3)
