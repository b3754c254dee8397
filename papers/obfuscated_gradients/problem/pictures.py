"""What the pages show of a play."""

from collections.abc import Mapping

import numpy as np

from papers.playing import Report

EXAMPLES = 8
SHOWN = 48  # screen pixels, about, for the side of an image


def show_budgets(report: Report, budgets: list[float], series: Mapping[str, list[float]]) -> None:
    """Robust accuracy over the radius, in eps of the case."""
    name, x_label, y_label = "Robust accuracy over eps", "radius, in eps of the case", "robust accuracy"
    report.curve(name, budgets, series, x_label=x_label, y_label=y_label)


def show_examples(report: Report, x: np.ndarray, x_adv: np.ndarray) -> None:
    """The most changed images: above the original, below it the attacked one, then the difference, enlarged about grey."""
    most = np.argsort(-np.abs(x_adv - x).reshape(len(x), -1).sum(1), kind="stable")[:EXAMPLES]
    d = x_adv[most] - x[most]
    peak = np.abs(d).max()
    rows = [x[most], x_adv[most], 0.5 + 0.5 * d / peak if peak > 0 else np.full_like(d, 0.5)]
    times = max(1, round(SHOWN / x.shape[-1]))
    report.image("Original, attacked, difference", picture_of_rows(rows, times))


def picture_of_rows(rows: list[np.ndarray], times: int) -> np.ndarray:
    """Rows of images (n, C, H, W) as one picture with white gaps: (h, w) or (h, w, 3)."""
    strips = []
    for row in rows:
        padded = np.pad(row, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=1.0)
        strips.append(np.concatenate(list(padded.transpose(0, 2, 3, 1)), axis=1))
    picture = np.concatenate(strips, axis=0).repeat(times, axis=0).repeat(times, axis=1)
    return picture[..., 0] if picture.shape[-1] == 1 else picture
