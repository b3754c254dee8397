"""What a play shows of itself."""

import numpy as np

from papers.overparameterization.optimisation.scoring import MULTIPLIERS
from papers.playing import Report

POINTS, DIGITS = 50, 3  # of a curve: they are kept for every method and seed


def show_curves(report: Report, gaps: np.ndarray) -> None:
    """The gap against gradients at the best multiplier: (trials, budget)."""
    logs = np.log10(gaps)
    best = logs[int(logs.mean(axis=1).argmin())]
    at = np.unique(np.geomspace(1, len(best), POINTS).astype(int))
    report.curve(
        "Gap against gradients",
        at,
        {"log10 gap": best[at - 1].round(DIGITS)},
        x_label="gradients",
        y_label="log10 of the gap, first gap = 0",
        log_x=True,
    )


def show_grid(report: Report, gaps: np.ndarray) -> None:
    """The mean and the last log gap against the multiplier."""
    logs = np.log10(gaps)
    report.curve(
        "Step size",
        np.round(MULTIPLIERS, DIGITS),
        {"mean log10 gap": logs.mean(axis=1).round(DIGITS), "last log10 gap": logs[:, -1].round(DIGITS)},
        x_label="step-size multiplier",
        y_label="log10 gap",
        log_x=True,
    )
