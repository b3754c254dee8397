"""Does a rerun say something else than the run before it? Pure statistics; numpy and scipy only.

The same code on the same seeds should give the same scores. Where both runs come from equal environments and the
method has repeated itself exactly before, any difference counts. Elsewhere (another device, a library's new version,
a method that doesn't fix its randomness) scores may differ by noise: then each metric and case is tested by a paired
t-test over the seeds, at a level that keeps the chance of a false alarm near 1e-4 per rerun.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

LEVEL = 1e-4
NEGLIGIBLE = 1e-6  # relative: what the order of a sum may change

Scores = dict[tuple[str, str], dict[int, float]]  # (metric, case) -> seed -> value


@dataclass(frozen=True)
class Shift:
    """One metric on one case that moved."""

    metric: str
    case: str
    before: float  # mean over the seeds
    after: float
    p: float  # 0.0 where exact repetition was expected


def shifts(before: Scores, after: Scores, *, repeats_exactly: bool) -> list[Shift]:
    """Metrics that moved between two runs, the most surprising first.

    Raises: ValueError where the runs did not play the same cases, seeds and metrics.
    """
    if before.keys() != after.keys() or any(before[key].keys() != after[key].keys() for key in before):
        raise ValueError("the two runs did not play the same cases, seeds and metrics")
    found = []
    for (metric, case), values in before.items():
        old = np.array([values[seed] for seed in sorted(values)])
        new = np.array([after[metric, case][seed] for seed in sorted(values)])
        p = _exact(old, new) if repeats_exactly else _paired(old, new)
        if p < LEVEL / len(before):
            found.append(Shift(metric, case, float(old.mean()), float(new.mean()), p))
    return sorted(found, key=lambda shift: (shift.p, shift.metric, shift.case))


def _exact(old: np.ndarray, new: np.ndarray) -> float:
    return 1.0 if np.array_equal(old, new) else 0.0


def _paired(old: np.ndarray, new: np.ndarray) -> float:
    """Two-sided p-value of a paired t-test over seeds (n,); differences that arithmetic explains count as none."""
    difference = new - old
    scale = NEGLIGIBLE * max(float(np.abs(old).max()), float(np.abs(new).max()))
    if len(difference) < 2 or np.abs(difference).max() <= scale:
        return 1.0
    error = difference.std(ddof=1) / np.sqrt(len(difference))
    if error <= scale:
        return 0.0
    return float(2 * stats.t.sf(abs(difference.mean()) / error, len(difference) - 1))
