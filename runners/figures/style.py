"""How everything that is drawn looks, and the one place that builds traces. Colours of the theme are added in the browser.

A plot is what Plotly takes, as plain JSON. What a plot says of an interval, it says of a 95 % interval.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from papers.metrics import Metric

# Okabe and Ito: told apart by colour-blind readers; symbols and dashes differ as well.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6BB1", "#7F7F7F")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross", "x", "star")
KINDS = {"method": "circle", "baseline": "square", "control": "diamond", "oracle": "star"}  # the shape of a kind
MARKS = (
    "line-ns-open",
    "asterisk-open",
    "hourglass-open",
)  # drawn in the marker's own colour, which is seen in the dark too
DASHES = ("solid", "solid", "solid", "solid", "dash", "dash", "dash", "dash")
GREY = "#7F7F7F"
SCALE = "Cividis"  # of colours that stand for numbers: even for every kind of colour vision
BAND_OPACITY = 0.15
LABEL_AXIS = 18  # letters of a method's name in a heat map's axis

Plot = dict[str, Any]
Trace = dict[str, Any]
Interval = tuple[float | None, float | None, float | None]  # low, value, high


@dataclass(frozen=True)
class Look:
    """How one method is drawn wherever it is drawn."""

    colour: str
    symbol: str
    dash: str = "solid"
    group: str = ""  # what is lit together when somebody points at it


ORACLE = Look(GREY, KINDS["oracle"], "dashdot", "oracle")  # what the truth itself would score
REFERENCE = Look(GREY, "line-ew", "dot")  # no method has this dash


def look_of(index: int) -> Look:
    """That of the series with this index; it repeats after eight."""
    turn = index % len(COLOURS)
    return Look(COLOURS[turn], SYMBOLS[turn], DASHES[turn], str(index))


def look_of_method(index: int, kind: str) -> Look:
    """One colour for a method wherever a page draws it, one shape for its kind."""
    if kind == "oracle":
        return replace(ORACLE, group=f"oracle-{index}")
    return replace(look_of(index), symbol=KINDS[kind])


def escape(text: str) -> str:
    """A foreign name as Plotly shall show it: it would take <b> and <a href> for markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def direction(metric: Metric) -> str:
    """The sign of what is better: an arrow up or down, or to the target; "" where no value is better."""
    target = f"→ {metric.target:g}" if metric.target is not None else ""
    return {"higher": "↑", "lower": "↓"}.get(metric.better, target)


def starts_at_the_top(metric: Metric) -> bool:
    """Whether its best values are its highest: a column sorted by it then starts with those."""
    return metric.better == "higher"


def better_way(metric: Metric) -> str:
    """Where the better values lie, as the beginning of a sentence."""
    return {"higher": "Up", "lower": "Down", "nearest": "Near the target"}[metric.better]


def directed_label(metric: Metric) -> str:
    """The label with the direction that is better."""
    return f"{metric.label} {direction(metric)}".rstrip()


def axis_title(metric: Metric) -> str:
    """The title of an axis, with the unit."""
    return directed_label(metric) + (f" ({metric.unit})" if metric.unit else "")


def trace(
    name: str,
    x: Iterable[Any],
    y: Iterable[Any],
    look: Look,
    *,
    mode: str = "markers",
    size: int = 8,
    marker: dict[str, Any] | None = None,
    **more: Any,
) -> Trace:
    """A series of points or a line."""
    drawn: Trace = {"type": "scatter", "mode": mode, "name": escape(name), "x": list(x), "y": list(y)}
    if look.group:
        drawn["legendgroup"] = look.group
    if "lines" in mode:
        drawn["line"] = {"color": look.colour, "width": 2, "dash": look.dash}
    if "markers" in mode:
        drawn["marker"] = {"color": look.colour, "symbol": look.symbol, "size": size} | (marker or {})
    return drawn | more


def band(look: Look, x: Sequence[float], intervals: Sequence[Interval]) -> list[Trace]:
    """An interval as an area behind a line; nothing where it is unknown, as for a single seed."""
    if not intervals or any(low is None or high is None for low, _, high in intervals):
        return []
    red, green, blue = (int(look.colour[i : i + 2], 16) for i in (1, 3, 5))
    edge: dict[str, Any] = {"showlegend": False, "hoverinfo": "skip"}
    area = {"fill": "tonexty", "fillcolor": f"rgba({red},{green},{blue},{BAND_OPACITY})"}
    lower, upper = (
        trace("", x, [one[end] for one in intervals], look, mode="lines", **edge) | {"line": {"width": 0}}
        for end in (0, 2)
    )
    return [lower, upper | area]


def error_bars(intervals: Iterable[Interval]) -> dict[str, Any]:
    """From low to high about each value; nothing where an end is unknown."""

    def length(end: float | None, start: float | None) -> float | None:
        return None if end is None or start is None else max(end - start, 0.0)

    known = list(intervals)
    return {
        "type": "data",
        "symmetric": False,
        "array": [length(high, value) for _, value, high in known],
        "arrayminus": [length(value, low) for low, value, _ in known],
        "thickness": 1.2,
        "width": 3,
    }


def interval(estimate: Any) -> Interval:
    """Of something with value, low and high, as an attribute or a key."""
    known = estimate if isinstance(estimate, dict) else vars(estimate)
    return known.get("low"), known.get("value"), known.get("high")


def marks(label: str, values: dict[str, float], *, index: int = 0) -> Trace:
    """What a case itself allows: a stroke in the row of each case."""
    marker = {"symbol": MARKS[index % len(MARKS)], "line": {"width": 2}}
    return trace(label, values.values(), values, REFERENCE, size=22 if not index else 14, marker=marker)


def reference_line(label: str, x: Iterable[Any], y: Iterable[Any]) -> Trace:
    """A line that is the same for all methods: dotted, grey."""
    return trace(label, x, y, REFERENCE, mode="lines")


def axis(title: str = "", *, is_log: bool = False, **more: Any) -> dict[str, Any]:
    words = f"{title} (log)" if title and is_log else title
    return {"title": {"text": words}, "type": "log" if is_log else "linear"} | more


def span(intervals: Iterable[Interval], *, least: float) -> list[float]:
    """From the lowest to the highest end with a margin; at least so wide, so that noise does not look like a difference."""
    ends = [end for interval in intervals for end in interval if end is not None]
    middle, half = (max(ends) + min(ends)) / 2, max(max(ends) - min(ends), least) / 2
    return [middle - 1.12 * half, middle + 1.12 * half]


def least_span(metric: Metric) -> float:
    """What an axis of a metric shows at least: twenty units of the last digit that its numbers have."""
    return float(20 * 10.0**-metric.digits)


def score_axis(title: str, metric: Metric, intervals: Iterable[Interval]) -> dict[str, Any]:
    """Its range is set where the scores lie closer together than their digits tell; else the browser finds it."""
    known = list(intervals)
    ends = [end for interval in known for end in interval if end is not None]
    if not ends or max(ends) - min(ends) >= least_span(metric):
        return axis(title)
    return axis(title, range=span(known, least=least_span(metric)))


def categories(**more: Any) -> dict[str, Any]:
    """An axis of names."""
    return {"type": "category"} | more


def plot(data: Sequence[Trace], *, x: dict[str, Any], y: dict[str, Any], **layout: Any) -> Plot:
    return {"data": list(data), "layout": {"xaxis": x, "yaxis": y, **layout}}
