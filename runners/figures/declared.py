"""The figures that a paper declares for its board: each kind has a module here that draws it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from papers import figures as kinds
from runners.figures import against, bracket, frames, gallery, heatmap, overlay, scatter, seeds
from runners.figures.artefacts import Picture
from runners.figures.material import Material
from runners.figures.style import Plot

DRAWN_BY: Mapping[type[kinds.Figure], Callable[[Any, Material], Plot | list[Picture]]] = {
    kinds.Against: against.draw,
    kinds.Bracket: bracket.draw,
    kinds.Frames: frames.draw,
    kinds.Gallery: gallery.draw,
    kinds.Heatmap: heatmap.draw,
    kinds.Overlay: overlay.draw,
    kinds.Scatter: scatter.draw,
    kinds.Seeds: seeds.draw,
}


INTERVALS: Mapping[type[kinds.Figure], str] = {
    kinds.Against: "Means over the seeds.",
    kinds.Bracket: "Bars reach from the means of the lower to those of the upper bound.",
    kinds.Overlay: "Areas are 95 % intervals over the seeds, where several were reported.",
    kinds.Scatter: "Bars are 95 % intervals over the seeds.",
    kinds.Seeds: "A circle is a seed; the interquartile mean leaves out the best and the worst quarter of them.",
}


@dataclass(frozen=True)
class Drawing:
    """A declared figure with what is to be seen: a plot, or pictures side by side."""

    id: str
    figure: kinds.Figure
    plot: Plot | None = None
    pictures: Sequence[Picture] = ()

    @property
    def interval(self) -> str:
        """What bars and areas are, where this kind has some."""
        return INTERVALS.get(type(self.figure), "")

    @property
    def has_content(self) -> bool:
        return bool(self.plot["data"] if self.plot else self.pictures)


def drawings(material: Material) -> list[Drawing]:
    """Every declared figure of the board with something to draw."""
    drawn = [drawing(f"figure-{number}", figure, material) for number, figure in enumerate(material.board.figures)]
    return [one for one in drawn if one.has_content]


def drawing(name: str, figure: kinds.Figure, material: Material) -> Drawing:
    content = DRAWN_BY[type(figure)](figure, material)
    return Drawing(name, figure, pictures=content) if isinstance(content, list) else Drawing(name, figure, content)
