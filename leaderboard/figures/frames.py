"""A reported matrix with frames: a slider moves through them, a method at a time."""

from typing import Any

from django.urls import reverse

from leaderboard.figures.artefacts import content_of, matrices
from leaderboard.figures.material import Material
from leaderboard.figures.style import Plot
from papers.figures import Frames


def draw(figure: Frames, material: Material) -> Plot:
    """The first matrix comes with the page, each other one when it is chosen. One file."""
    reports = [(row, material.reports(row, figure.matrix, figure.case)) for row, _ in material.looks]
    kept = [(row.submission.name, own[0]) for row, own in reports if own]
    known: list[dict[str, Any]] = [{"name": name, "url": reverse("artefact", args=[one.pk])} for name, one in kept]
    if not known:
        return {"data": [], "layout": {}}
    known[0] |= content_of(kept[0][1])
    return matrices(known, x_label=figure.x_label, y_label=figure.y_label)
