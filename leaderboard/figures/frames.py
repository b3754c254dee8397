"""A reported matrix with frames: a slider moves through them, a method at a time."""

from typing import Any

from django.urls import reverse

from leaderboard.figures.artefacts import content_of, matrices
from leaderboard.figures.material import Material
from leaderboard.figures.style import Plot
from leaderboard.models import Artefact
from papers.figures import Frames


def draw(figure: Frames, material: Material) -> Plot:
    """The first matrix comes with the page, each other one when it is chosen; those that were recorded come all. One file."""
    reports = [(row, material.reports(row, figure.matrix, figure.case)) for row, _ in material.looks]
    kept = [(row.submission.name, own[0]) for row, own in reports if own]
    known: list[dict[str, Any]] = [{"name": name, **address_of(one)} for name, one in kept]
    if not known:
        return {"data": [], "layout": {}}
    known[0] |= content_of(kept[0][1])
    return matrices(known, x_label=figure.x_label, y_label=figure.y_label)


def address_of(kept: Artefact) -> dict[str, Any]:
    return kept.content or {"url": reverse("artefact", args=[kept.pk])}
