"""A reported matrix with frames: a slider moves through them, a method at a time."""

from typing import Any

from papers.figures import Frames
from runners.figures.artefacts import matrices
from runners.figures.material import Material
from runners.figures.style import Plot


def draw(figure: Frames, material: Material) -> Plot:
    """The first matrix comes with the page, each other one when it is chosen; those that were recorded come all. One file."""
    reports = [(row, material.reports(row, figure.matrix, figure.case)) for row, _ in material.looks]
    kept = [(row.submission.name, own[0]) for row, own in reports if own]
    known: list[dict[str, Any]] = [{"name": name, **material.address_of(one)} for name, one in kept]
    if not known:
        return {"data": [], "layout": {}}
    known[0] |= material.content_of(kept[0][1])
    return matrices(known, x_label=figure.x_label, y_label=figure.y_label)
