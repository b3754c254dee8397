"""What a protocol reported, as a picture: drawn on a run's page and in galleries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from runners.figures import style
from runners.figures.rows import Kept
from runners.figures.style import Plot, Trace


@dataclass(frozen=True)
class Picture:
    """What a template needs to show one artefact: a plot, pictures side by side, or a table."""

    id: str
    title: str
    subtitle: str = ""
    plot: Plot | None = None
    pngs: tuple[tuple[str, str], ...] = ()  # (label, base64)
    is_strip: bool = False
    columns: tuple[str, ...] = ()
    rows: Sequence[Sequence[Any]] = field(default_factory=tuple)


def picture(kept: Kept, content: dict[str, Any], *, title: str = "", subtitle: str = "") -> Picture:
    """An artefact as a picture, called by its own name unless something else is said."""
    name: dict[str, Any] = {"id": f"artefact-{kept.pk}", "title": title or kept.name, "subtitle": subtitle}
    match kept.kind:
        case "image":
            return Picture(**name, pngs=((kept.name, content["png"]),))
        case "strip":
            labels = content["labels"] or [f"{kept.name} {number + 1}" for number in range(len(content["frames"]))]
            return Picture(**name, pngs=tuple(zip(labels, content["frames"], strict=True)), is_strip=True)
        case "table":
            return Picture(**name, columns=tuple(content["columns"]), rows=content["rows"])
        case _:
            return Picture(**name, plot=PLOTS[kept.kind](content))


def curve(content: dict[str, Any]) -> Plot:
    """Lines over a common x."""
    data = [
        style.trace(name, content["x"], y, style.look_of(index), mode="lines+markers", size=5)
        for index, (name, y) in enumerate(content["series"].items())
    ]
    return style.plot(data, x=axis_of(content, "x"), y=axis_of(content, "y"))


def points(content: dict[str, Any]) -> Plot:
    """A scatter of groups."""
    data = [
        style.trace(name, xy["x"], xy["y"], style.look_of(index), size=5, marker={"opacity": 0.6})
        for index, (name, xy) in enumerate(content["groups"].items())
    ]
    return style.plot(data, x=axis_of(content, "x"), y=axis_of(content, "y"))


def axis_of(content: dict[str, Any], which: str) -> dict[str, Any]:
    return style.axis(content.get(f"{which}_label", "")) | {"type": "log" if content.get(f"log_{which}") else "linear"}


def matrix(content: dict[str, Any]) -> Plot:
    return matrices([{"name": "", **content}])


def matrices(known: Sequence[dict[str, Any]], *, x_label: str = "", y_label: str = "") -> Plot:
    """Matrices of which one is shown at a time, a frame at a time: the browser turns bytes into numbers.

    known: each with a name, and what the artefact holds or the address where it can be had; the first holds it.
    """
    label = next((one["label"] for one in known if "label" in one), "")
    colours = {
        "type": "heatmap",
        "colorscale": style.SCALE,
        "hovertemplate": "%{x}, %{y}: %{z:.4g}<extra></extra>",
        "colorbar": {"title": {"text": label, "side": "right"}},
    }
    y = style.axis(y_label, autorange="reversed") | square_cells(known[0]["shape"])
    return style.plot([colours], x=style.axis(x_label, constrain="domain"), y=y) | {"matrices": list(known)}


def square_cells(shape: Sequence[int]) -> dict[str, Any]:
    """Cells as high as wide, unless the matrix is so long that they would be too small to see."""
    _, height, width = shape
    return {"scaleanchor": "x", "constrain": "domain"} if max(height, width) <= 3 * min(height, width) else {}


def graph(content: dict[str, Any]) -> Plot:
    """An arc diagram: nodes in a row, an edge the higher the more nodes it passes, its label at the top."""
    data, labels = [], []
    for start, end, label in content["edges"]:
        height = 0.9 * (abs(end - start) - 1)
        data.append(arc(start, end, height))
        labels.append({"x": (start + end) / 2, "y": height, "text": label, "showarrow": False, "yshift": 10})
    nodes = content["nodes"]
    text: dict[str, Any] = {"text": list(nodes), "textposition": "bottom center", "hoverinfo": "text"}
    first = style.look_of(0)
    data.append(style.trace("", range(len(nodes)), [0] * len(nodes), first, mode="markers+text", size=22, **text))
    hidden = {"visible": False}
    return style.plot(data, x=hidden, y=hidden | {"range": [-1, None]}, showlegend=False, annotations=labels)


def arc(start: float, end: float, height: float) -> Trace:
    steps = [i / 20 for i in range(21)]
    x, y = [start + (end - start) * t for t in steps], [4 * height * t * (1 - t) for t in steps]
    return style.trace("", x, y, style.Look(style.GREY, "circle"), mode="lines", hoverinfo="skip")


PLOTS = {"curve": curve, "points": points, "matrix": matrix, "graph": graph}
