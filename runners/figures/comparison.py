"""The figures of the compare page: every entry in one look, lit together."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from papers.metrics import Metric
from runners.figures import style
from runners.figures.style import Plot
from runners.standing.comparing import Entry, Line

ZERO = {"zeroline": True, "zerolinewidth": 2}
GROUPED = {"scattermode": "group", "scattergap": 0.3}
CASES = style.categories(autorange="reversed")  # a row each: they have no order, and their names stay horizontal


def look_of(entry: Entry) -> style.Look:
    """The same in every figure and table of the page."""
    return replace(style.look_of_method(entry.index, entry.kind), group=str(entry.index))


def side_by_side(entry: Entry) -> dict[str, Any]:
    """The entries of a case lie one below the other."""
    return {"orientation": "h", "offsetgroup": str(entry.index)}


def difference_title(metric: Metric, reference: Entry) -> str:
    what = style.axis_title(metric) if metric.target is None else f"distance of {metric.label} from {metric.target:g}"
    return f"{what}, minus that of {style.escape(reference.name)}"


def differences(entries: Sequence[Entry], reference: Entry, table: Sequence[Line], metric: Metric) -> Plot:
    """Paired differences to the reference with their intervals, case by case."""
    data = []
    for entry in entries:
        known = {line.case: found for line in table if (found := line.differences[entry.index])}
        if known:
            bars = style.error_bars(map(style.interval, known.values()))
            x = [one.value for one in known.values()]
            data.append(style.trace(entry.name, x, known, look_of(entry), error_x=bars, **side_by_side(entry)))
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom"}  # out of the way of the axis' long title
    x_axis = style.axis(difference_title(metric, reference)) | ZERO
    return style.plot(data, x=x_axis, y=CASES, legend=legend, **GROUPED)


def profile(entries: Sequence[Entry], table: Sequence[Line], metric: Metric) -> Plot:
    """Each entry's mean by case with its interval."""
    data = []
    for entry in entries:
        known = {line.case: found for line in table if (found := line.estimates[entry.index])}
        bars = style.error_bars(map(style.interval, known.values()))
        x = [one.value for one in known.values()]
        data.append(style.trace(entry.name, x, known, look_of(entry), error_x=bars, **side_by_side(entry)))
    return style.plot(data, x=style.axis(style.axis_title(metric)), y=CASES, **GROUPED)


def seeds(entries: Sequence[Entry], table: Sequence[Line], metric: Metric) -> Plot:
    """Every seed of every entry, case by case."""
    data = []
    for entry in entries:
        points = [
            (line.case, seed, float(value))
            for line in table
            if line.case in entry.by_case
            for seed, value in enumerate(entry.by_case[line.case])
        ]
        hover: dict[str, Any] = {
            "text": [f"seed {seed}" for _, seed, _ in points],
            "hovertemplate": "%{y}, %{text}: %{x:.4~g}",
        }
        small: dict[str, Any] = {"size": 6, "marker": {"opacity": 0.75}} | side_by_side(entry)
        x, y = [value for _, _, value in points], [case for case, _, _ in points]
        data.append(style.trace(entry.name, x, y, look_of(entry), **small, **hover))
    return style.plot(data, x=style.axis(style.axis_title(metric)), y=CASES, **GROUPED)
