"""Does a rerun say something else than the run before it? Pure statistics; numpy and scipy only.

The same code on the same seeds should give the same scores. Where both runs come from equal environments and the
method has repeated itself exactly before, any difference counts. Elsewhere (another device, a library's new version,
a method that doesn't fix its randomness) scores may differ by noise: then each metric and case is tested by a paired
t-test over the seeds, at a level that keeps the chance of a false alarm near 1e-4 per rerun.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

LEVEL = 1e-4
NEGLIGIBLE = 1e-6  # relative: what the order of a sum may change

Scores = dict[tuple[str, str], dict[int, float]]  # (metric, case) -> seed -> value


@dataclass(frozen=True)
class Shift:
    """One metric on one case that moved, came or went."""

    metric: str
    case: str
    before: float | None  # mean over the seeds; None where it wasn't scored
    after: float | None
    p: float  # 0.0 where exact repetition was expected


def shifts(before: Scores, after: Scores, *, repeats_exactly: bool) -> list[Shift]:
    """Metrics that moved between two runs, the most surprising first.

    A metric that only one of the runs scored (on some seed) is a shift where exact repetition was expected; else it is
    left out, as methods that don't fix their randomness may have defined it once and not again.
    """
    moved = [
        Shift(*key, _mean(before.get(key)), _mean(after.get(key)), 0.0)
        for key in before.keys() | after.keys()
        if repeats_exactly and before.get(key, {}).keys() != after.get(key, {}).keys()
    ]
    pairs = {key: _pair(before[key], after[key]) for key in before if before[key].keys() == after.get(key, {}).keys()}
    typical = _typical_noise(pairs)
    for (metric, case), (old, new) in pairs.items():
        p = _exact_p(old, new) if repeats_exactly else _paired_p(old, new, typical[metric])
        if p < LEVEL / len(pairs):
            moved.append(Shift(metric, case, float(old.mean()), float(new.mean()), p))
    return sorted(moved, key=lambda shift: (shift.p, shift.metric, shift.case))


def _mean(values: dict[int, float] | None) -> float | None:
    return float(np.mean(list(values.values()))) if values else None


def _pair(old: dict[int, float], new: dict[int, float]) -> tuple[np.ndarray, np.ndarray]:
    """Two arrays (n,), seed by seed."""
    seeds = sorted(old)
    return np.array([old[seed] for seed in seeds]), np.array([new[seed] for seed in seeds])


def _typical_noise(pairs: dict[tuple[str, str], tuple[np.ndarray, np.ndarray]]) -> dict[str, float]:
    """The standard deviation of a metric's differences within a case, pooled over its cases; 0.0 for single seeds."""
    variances = defaultdict(list)
    for (metric, _), (old, new) in pairs.items():
        variances[metric].append((new - old).var(ddof=1) if len(old) > 1 else 0.0)
    return {metric: float(np.sqrt(np.mean(values))) for metric, values in variances.items()}


def _exact_p(old: np.ndarray, new: np.ndarray) -> float:
    return 1.0 if np.array_equal(old, new) else 0.0


def _paired_p(old: np.ndarray, new: np.ndarray, typical: float) -> float:
    """Two-sided p-value of a paired t-test over seeds (n,); differences that arithmetic explains count as none.

    A case's noise counts for no less than the metric's typical one: a score in coarse steps may move by the same step on
    all of few seeds, which would look like no noise at all.
    """
    difference = new - old
    scale = NEGLIGIBLE * max(float(np.abs(old).max()), float(np.abs(new).max()))
    if len(difference) < 2 or np.abs(difference).max() <= scale:
        return 1.0
    error = max(float(difference.std(ddof=1)), typical) / np.sqrt(len(difference))
    if error <= scale:
        return 0.0
    return float(2 * stdtr(len(difference) - 1, -abs(difference.mean()) / error))
