"""One reported artefact of each method side by side, an oracle first."""

from collections.abc import Sequence

from papers.figures import Gallery
from runners.figures.artefacts import Picture, picture
from runners.figures.material import Material
from runners.figures.style import Plot


def draw(figure: Gallery, material: Material) -> list[Picture]:
    """The first seed's. A file for each method."""
    reports = [(row, material.reports(row, figure.artefact, figure.case)) for row, _ in material.looks]
    first = [(row, kept[0]) for row, kept in reports if kept]
    pictures = [
        picture(kept, material.content_of(kept), title=row.submission.name, subtitle=f"seed {kept.seed}")
        for row, kept in first
    ]
    align([one.plot for one in pictures if one.plot])
    return pictures


def align(plots: Sequence[Plot]) -> None:
    """Give plots side by side the same axes and colours, so that they can be compared."""
    ends = [matrix[end] for plot in plots for matrix in plot.get("matrices", ()) for end in ("low", "high")]
    reach = {axis: common_range(plots, axis) for axis in "xy"}
    for plot in plots:
        if ends:
            plot["range"] = [min(ends), max(ends)]
        for axis, whole in reach.items():
            if whole:
                plot["layout"][f"{axis}axis"]["range"] = whole


def common_range(plots: Sequence[Plot], axis: str) -> list[float] | None:
    """From the least to the greatest number on a linear axis, and a twentieth beyond; None where there is none."""
    is_linear = all(plot["layout"][f"{axis}axis"].get("type") == "linear" for plot in plots)
    numbers = [value for plot in plots for trace in plot["data"] for value in trace.get(axis, ()) if value is not None]
    if not is_linear or not numbers:
        return None
    margin = (max(numbers) - min(numbers)) / 20 or 1.0
    return [min(numbers) - margin, max(numbers) + margin]
