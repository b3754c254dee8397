"""The figures of the compare page: every entry in one look, lit together."""

from collections.abc import Sequence
from typing import Any

from papers.metrics import Metric
from runners.figures import style
from runners.figures.style import Plot
from runners.standing.comparing import Entry, Line

ZERO = {"zeroline": True, "zerolinewidth": 2}
GROUPED = {"scattermode": "group", "scattergap": 0.3}


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
            group: dict[str, Any] = {"orientation": "h", "offsetgroup": str(entry.index)}
            x = [one.value for one in known.values()]
            data.append(style.trace(entry.name, x, known, style.look_of(entry.index), error_x=bars, **group))
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom"}  # out of the way of the axis' long title
    x_axis = style.axis(difference_title(metric, reference)) | ZERO
    return style.plot(data, x=x_axis, y=style.categories(autorange="reversed"), legend=legend, **GROUPED)


def profile(entries: Sequence[Entry], table: Sequence[Line], metric: Metric) -> Plot:
    """Each entry's mean by case with its interval."""
    data = []
    for entry in entries:
        known = {line.case: found for line in table if (found := line.estimates[entry.index])}
        bars = style.error_bars(map(style.interval, known.values()))
        y = [one.value for one in known.values()]
        data.append(style.trace(entry.name, known, y, style.look_of(entry.index), mode="lines+markers", error_y=bars))
    return style.plot(data, x=style.categories(), y=style.axis(style.axis_title(metric)))


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
            "hovertemplate": "%{x}, %{text}: %{y:.4f}",
        }
        small: dict[str, Any] = {"size": 6, "marker": {"opacity": 0.75}, "offsetgroup": str(entry.index)}
        x, y = [case for case, _, _ in points], [value for _, _, value in points]
        data.append(style.trace(entry.name, x, y, style.look_of(entry.index), **small, **hover))
    return style.plot(data, x=style.categories(), y=style.axis(style.axis_title(metric)), **GROUPED)
