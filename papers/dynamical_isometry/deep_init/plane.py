"""What Gaussian starts all over the phase plane can be taught, at several depths: the paper's heat map of accuracy.

It says nothing of a method, so one seed of one case draws it.
"""

from collections.abc import Callable

import numpy as np

from papers.dynamical_isometry.deep_init.cases import Plane
from papers.playing import Report

DIGITS = 3
Accuracy = Callable[[int, float, float], float]


def show_plane(report: Report, plane: Plane, accuracy: Accuracy) -> None:
    """accuracy: of a network of so many layers, started with this sigma_w and sigma_b. Rows are sigma_b."""
    values = np.array(
        [[[accuracy(depth, w, b) for w in plane.sigma_w] for b in plane.sigma_b] for depth in plane.depths]
    )
    report.matrix(
        "Accuracy over the phase plane",
        values.round(DIGITS),
        frames=[f"{depth} layers" for depth in plane.depths],
        label="test accuracy",
    )
