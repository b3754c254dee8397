"""What thirteen trials were worth."""

from collections.abc import Sequence

import numpy as np

from papers.task import Scores

MULTIPLIERS = tuple(1.5**power for power in range(-4, 9))
UNTUNED = MULTIPLIERS.index(1.0)
FLOOR, CEILING = 1e-8, 10.0  # of a gap, in units of the first one
TARGETS = {"1e2": 1e-2, "1e3": 1e-3, "1e4": 1e-4}
COARSE = 3  # every third multiplier


def clipped(gap: np.ndarray) -> np.ndarray:
    """Gaps in units of the first one, within what counts; NaN and infinities count as the worst."""
    return np.asarray(np.clip(np.nan_to_num(gap, nan=CEILING, posinf=CEILING, neginf=FLOOR), FLOOR, CEILING))


def reached(gaps: np.ndarray, target: float) -> np.ndarray:
    """Gradients until each trial's gap was below the target, budget + 1 if never: (trials, budget) -> (trials,)."""
    below = gaps <= target
    return np.asarray(np.where(below.any(axis=1), below.argmax(axis=1) + 1, gaps.shape[1] + 1))


def best_of_coarse_grids(values: np.ndarray) -> float:
    """The mean over the offsets of the least value on every third multiplier."""
    return float(np.mean([values[offset::COARSE].min() for offset in range(COARSE)]))


def scores(gaps: np.ndarray, diverged: Sequence[bool]) -> Scores:
    """gaps: (trials, budget) in units of the first gap, clipped; a row a multiplier of MULTIPLIERS."""
    areas = np.log10(gaps).mean(axis=1)
    steps = {name: reached(gaps, target) for name, target in TARGETS.items()}
    return {
        "log_gap_auc": float(areas.min()),
        "log_gap_auc_default": float(areas[UNTUNED]),
        "log_gap_auc_median": float(np.median(areas)),
        "log_gap_auc_coarse": best_of_coarse_grids(areas),
        **{f"steps_{name}": float(counts.min()) for name, counts in steps.items()},
        "steps_1e3_coarse": best_of_coarse_grids(steps["1e3"]),
        "diverged": float(np.mean(diverged)),
        "best_multiplier": float(MULTIPLIERS[int(areas.argmin())]),
    }
