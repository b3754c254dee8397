"""What the pages show of a play."""

import numpy as np

from papers.task import Report

EXAMPLES = 8
ENLARGED = 4  # screen pixels for one of an 8x8 image


def show_budgets(report: Report, budgets: list[float], accuracy: list[float]) -> None:
    """Robust accuracy over eps."""
    report.curve(
        "Robust accuracy over eps", budgets, {"robust accuracy": accuracy}, x_label="eps", y_label="robust accuracy"
    )


def show_examples(report: Report, x: np.ndarray, x_adv: np.ndarray) -> None:
    """The most changed images: above the original, below it the attacked one, then the difference, enlarged about grey."""
    most = np.argsort(-np.abs(x_adv - x).reshape(len(x), -1).sum(1), kind="stable")[:EXAMPLES]
    d = x_adv[most] - x[most]
    peak = np.abs(d).max()
    rows = [x[most], x_adv[most], 0.5 + 0.5 * d / peak if peak > 0 else np.full_like(d, 0.5)]
    times = max(1, round(32 * ENLARGED / 8 / x.shape[-1]) * 2)
    report.image("Original, attacked, difference", tiled(rows, times))


def tiled(rows: list[np.ndarray], times: int) -> np.ndarray:
    """Rows of images (n, C, H, W) as one picture with white gaps: (h, w) or (h, w, 3)."""
    strips = []
    for row in rows:
        padded = np.pad(row, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=1.0)
        strips.append(np.concatenate(list(padded.transpose(0, 2, 3, 1)), axis=1))
    picture = np.concatenate(strips, axis=0).repeat(times, axis=0).repeat(times, axis=1)
    return picture[..., 0] if picture.shape[-1] == 1 else picture
