"""How a claim is judged: what the scores say of it, how surely, and how many more seeds would tell. Pure numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from runners.standing import statistics
from runners.standing.statistics import Estimate

FAMILY = 1 - statistics.LEVEL  # chance of any wrong verdict on one paper
MOST_SEEDS = 1000
PREDICTION = 1.96  # sd of a printed value's own spread


@dataclass(frozen=True)
class Reading:
    """What scores say of a claim: on which side they lie, by which p-value, and the border that they would have to clear."""

    side: str  # "within", "above" or "below" the tolerance; "first" or "second" of two methods
    p: float
    differences: np.ndarray  # (strata, seeds) from that border


def within_tolerance(scores: np.ndarray, printed: float, tolerance: float) -> Reading:
    """Where the mean of scores: (strata, seeds >= 2) lies: within printed ± tolerance, above or below it.

    The p-value is twice that of the one-sided test, so that 5 % is where the whole 95 % interval lies on that side.
    """
    low, high = scores - (printed - tolerance), scores - (printed + tolerance)
    value = float(scores.mean())
    if abs(value - printed) > tolerance:
        return Reading("above", p_of(high), high) if value > printed else Reading("below", p_of(low), low)
    nearest = low if value - printed < 0 else high
    return Reading("within", max(p_of(low), p_of(high)), nearest)


def better_of(first: np.ndarray, second: np.ndarray) -> Reading:
    """Which of two methods is better by their gains, each (strata, seeds >= 2), paired."""
    side = "first" if float((first - second).mean()) > 0 else "second"
    return Reading(side, p_of(first - second), first - second)


def p_of(differences: np.ndarray) -> float:
    """Of "there is no difference"."""
    return statistics.paired(differences, np.zeros_like(differences)).p or 0.0


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
    found = statistics.moments(reading.differences[:, :, None], of_differences=True)
    now = reading.differences.shape[1]
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
