"""The report of a run, or of a comparison, as one HTML file that asks nobody for anything."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from papers import catalogue
from runners.figures import PLOTLY
from runners.figures.style import Plot
from runners.workbench import drawing, result

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("pages")), autoescape=True, undefined=StrictUndefined
)


def page_of(known: Mapping[str, Any]) -> str:
    """The report of a result."""
    task, is_public = catalogue.task(known["task"]), is_comparable(known)
    drawings = drawing.drawings(known, is_public=is_public) if known["scores"] else []
    charts = drawing.case_charts(known, is_public=is_public)
    pictures = drawing.pictures(known)
    plots: dict[str, Plot] = {f"chart-{number}": plot for number, (_, _, plot) in enumerate(charts)}
    plots |= {one.id: one.plot for one in drawings if one.plot}
    plots |= {one.id: one.plot for one in pictures if one.plot}
    plots |= {f"in-{one.id}": one.plot for drawn in drawings for one in drawn.pictures if one.plot}
    return render(
        "run.html",
        plots,
        known=known,
        task=task,
        name=drawing.name_of(known),
        rows=result.means_of(known),
        metrics=[metric for metric in task.metrics if any(one["metric"] == metric.name for one in known["scores"])],
        flags=[result.flag_sentence(flag) for flag in known["flags"]],
        limits=result.limit_lines(known["limits"]) if known["costs"] else [],
        charts=charts,
        drawings=drawings,
        pictures=pictures,
    )


def fragment_of(known: Mapping[str, Any]) -> str:
    """The verdict and the table of scores, for a notebook's cell."""
    task = catalogue.task(known["task"])
    return TEMPLATES.get_template("scores.html").render(
        known=known,
        rows=result.means_of(known),
        metrics=[metric for metric in task.metrics if any(one["metric"] == metric.name for one in known["scores"])],
        flags=[result.flag_sentence(flag) for flag in known["flags"]],
        limits=result.limit_lines(known["limits"]) if known["costs"] else [],
    )


def is_comparable(known: Mapping[str, Any]) -> bool:
    """Whether the run met what the references met: those stand among what it is compared with then."""
    return known["standing"] is not None


def render(template: str, plots: Mapping[str, Plot], **more: Any) -> str:
    return TEMPLATES.get_template(template).render(
        plotly=PLOTLY.read_text(), figures=embedded(plots), version=result.version(), **more
    )


def embedded(value: Any) -> str:
    """JSON that may stand within a script: nothing in it ends one."""
    return json.dumps(value, allow_nan=False).replace("<", "\\u003c")


def plain_table(rows: Sequence[Sequence[str]]) -> str:
    """Columns in line, the first one to the left."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            f"{cell:<{width}}" if index == 0 else f"{cell:>{width}}"
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
