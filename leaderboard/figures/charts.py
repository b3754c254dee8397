"""The figures that every board has, whatever its paper declares."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from leaderboard.boards.compare import Entry
from leaderboard.boards.tables import CaseScores
from leaderboard.figures import labels
from leaderboard.models import Standing
from papers.metrics import Metric
from papers.task import Board
from runners.figures import seeds, style
from runners.figures.comparison import look_of
from runners.figures.rows import ORACLE, look_for, looks
from runners.figures.style import Interval, Plot, Trace
from runners.standing.statistics import Estimate

DECADE = 1.0  # of a cost: what its axis shows at least
COSTS = {  # of view.COSTS: the run's field, its scale, the axis
    "cpu": ("cpu_seconds", 1.0, "CPU-seconds inside the method, all plays"),
    "seconds": ("seconds", 1.0, "seconds inside the method, all plays"),
    "gpu": ("gpu_seconds", 1.0, "GPU-seconds, all plays"),
    "memory": ("memory_bytes", 2.0**-20, "peak memory (MiB)"),
    "money": ("money", 1.0, f"what it cost in {settings.CURRENCY}, all plays"),
}


@dataclass(frozen=True)
class Axis:
    """What a score's axis shows: a metric, or what a visitor's rule makes of the primary one."""

    metric: Metric
    title: str
    is_primary: bool = True
    is_place: bool = False  # a mean rank: lower is better, whatever the metric

    @classmethod
    def of(cls, metric: Metric, *, is_primary: bool = True, rule: str = "", is_place: bool = False) -> "Axis":
        """`rule`: what a visitor's is called, "" for the board's own."""
        named = f"{metric.label}, {rule} {'↓' if is_place else style.direction(metric)}".rstrip()
        return cls(metric, named if rule else style.axis_title(metric), is_primary, is_place)

    def gain(self, value: float) -> float:
        """Higher is better."""
        return -value if self.is_place else float(self.metric.gain(value))

    def interval(self, row: Standing) -> Interval:
        return (row.low, row.value, row.high) if self.is_primary else style.interval(row.metrics[self.metric.name])

    def has(self, row: Standing) -> bool:
        return self.is_primary or row.metrics.get(self.metric.name, {}).get("value") is not None


def score_against_cost(board: Board, rows: Sequence[Standing], cost: str = "cpu", axis: Axis | None = None) -> Plot:
    """Each method's score over a cost, with the front of those that nothing beats in both. Reads submission and run."""
    axis = axis or Axis.of(board.task.primary)
    field, scale, label = COSTS[cost]
    spent = {row.run_id: scale * value for row in rows if (value := getattr(row.run, field))}
    costly = [row for row in rows if row.run_id in spent and row.submission.kind != ORACLE and axis.has(row)]
    if not costly:
        return style.plot([], x=style.axis(label, is_log=True), y=style.axis(axis.title))
    data = [
        line for device in sorted({row.run.device for row in costly}) for line in front(axis, costly, spent, device)
    ]
    decades = style.span([(None, math.log10(spent[row.run_id]), None) for row in costly], least=DECADE)
    range_ = style.span(map(axis.interval, costly), least=style.least_span(axis.metric))
    points = [
        (share(math.log10(spent[row.run_id]), decades), 1 - share(axis.interval(row)[1] or 0.0, range_))
        for row in costly
    ]
    places = labels.places(points, [row.submission.name for row in costly])
    own = {row.run_id: look for row, look in looks(rows)}
    for row, place in zip(costly, places, strict=True):
        look = own.get(row.run_id) or look_for(row, style.Look(style.GREY, style.KINDS[row.submission.kind]))
        data.append(point(axis, row, spent[row.run_id], look, place))
    return style.plot(
        data, x=style.axis(label, is_log=True, range=decades), y=style.axis(axis.title, range=range_), showlegend=True
    )


def score_over_time(
    board: Board, rows: Sequence[Standing], since: Mapping[int, datetime], axis: Axis | None = None
) -> Plot:
    """When each method was first measured and what it scores, with the best so far that is no control and has no flag.

    Empty where all were at the same time.

    since: submission -> when its first run under the current version of the task ended. Reads submission and run.
    """
    axis = axis or Axis.of(board.task.primary)
    dated = [(when, row) for row in rows if (when := since.get(row.submission_id) or row.run.ended) and axis.has(row)]
    dated = sorted((pair for pair in dated if pair[1].submission.kind != ORACLE), key=lambda pair: pair[0])
    if len({when for when, _ in dated}) < 2:  # recorded on one day: nothing goes over time
        dated = []
    best: list[tuple[datetime, Standing]] = []
    for when, row in dated:
        is_worthy = row.submission.kind != "control" and not row.flags
        if is_worthy and (not best or axis.gain(row_value(axis, row)) > axis.gain(row_value(axis, best[-1][1]))):
            best.append((when, row))
    own = {row.run_id: look for row, look in looks(rows)}
    data = [leaders(axis, best, until=dated[-1][0])] if best else []
    for when, row in dated:
        look = own.get(row.run_id) or look_for(row, style.Look(style.GREY, style.KINDS[row.submission.kind]))
        hover = f"{style.escape(row.submission.name)}, %{{x|%-d %b %Y}}: %{{y:.4~g}}<extra></extra>"
        data.append(
            style.trace(
                row.submission.name,
                [when.isoformat()],
                [row_value(axis, row)],
                look,
                hovertemplate=hover,
                showlegend=False,
            )
        )
    x = {"title": {"text": "first measured (UTC)"}, "type": "date"}
    y = style.score_axis(axis.title, axis.metric, [(None, row_value(axis, row), None) for _, row in dated])
    return style.plot(data, x=x, y=y, showlegend=True)


def row_value(axis: Axis, row: Standing) -> float:
    return axis.interval(row)[1] or 0.0


def leaders(axis: Axis, best: Sequence[tuple[datetime, Standing]], *, until: datetime) -> Trace:
    """Steps from leader to leader, each with its name, up to the last day."""
    steps = [(when.isoformat(), row_value(axis, row), labels.shorten(row.submission.name)) for when, row in best]
    steps.append((until.isoformat(), row_value(axis, best[-1][1]), ""))
    x, y, names = zip(*steps, strict=True)
    line = {"color": style.GREY, "width": 1.5, "dash": "dot", "shape": "hv"}
    text: dict[str, Any] = {
        "text": [style.escape(name) for name in names],
        "textposition": "top right",
        "hoverinfo": "skip",
    }
    return style.trace("best so far", x, y, style.REFERENCE, mode="lines+text", **text) | {"line": line}


def share(value: float, ends: Sequence[float]) -> float:
    return (value - ends[0]) / (ends[1] - ends[0])


def point(axis: Axis, row: Standing, cost: float, look: style.Look, place: str) -> Trace:
    """One method with its name beside it, where there is a place for that."""
    low, value, high = axis.interval(row)
    name = row.submission.name
    return style.trace(
        name,
        [cost],
        [value],
        look,
        mode="markers+text" if place else "markers",
        size=9,
        error_y=style.error_bars([(low, value, high)]),
        text=[style.escape(labels.shorten(name))],
        textposition=place or "middle right",
        hovertemplate=f"{style.escape(name)}, {row.run.device}<br>%{{y:.4~g}} at %{{x:.3~g}}<extra></extra>",
        showlegend=False,
    )


def pareto(gains: Mapping[int, float], spent: Mapping[int, float]) -> list[int]:
    """The runs that no other beats in gain without costing more, by cost. Where both are equal one stays."""
    kept: list[int] = []
    for run in sorted(gains, key=lambda run: (spent[run], -gains[run])):
        if not kept or gains[run] > gains[kept[-1]]:
            kept.append(run)
    return kept


def front(axis: Axis, rows: Sequence[Standing], spent: Mapping[int, float], device: str) -> list[Trace]:
    """The Pareto front of one device class: cost compares within it only."""
    values = {row.run_id: axis.interval(row)[1] for row in rows if row.run.device == device}
    kept = pareto({run: axis.gain(value) for run, value in values.items() if value is not None}, spent)
    if len(kept) < 2:
        return []
    x, y = [spent[run] for run in kept], [values[run] for run in kept]
    line = {"color": style.GREY, "width": 1.5, "dash": "dot", "shape": "hv"}
    return [
        style.trace(f"Pareto front, {device}", x, y, style.REFERENCE, mode="lines", hoverinfo="skip") | {"line": line}
    ]


def case_profile(board: Board, rows: Sequence[Standing], context: Mapping[str, dict[str, float]]) -> Plot:
    """The best methods' scores, a row for each case, beside what the case allows. Reads submission.

    Cases have no order, so nothing joins them; the methods of a case lie one below the other.
    """
    cases = [case for case in board.ranked_cases if any(case in row.cases for row in rows)]
    data = []
    drawn: list[Interval] = []
    for index, (row, look) in enumerate(looks(rows)):
        intervals = [style.interval(row.cases.get(case, {})) for case in cases]
        drawn += intervals
        values, bars = [value for _, value, _ in intervals], style.error_bars(intervals)
        points = style.trace(row.submission.name, values, cases, look, error_x=bars, orientation="h")
        data.append(points | {"offsetgroup": str(index)})
    for index, (name, values_by_case) in enumerate(context.items()):
        known = {case: values_by_case[case] for case in cases if case in values_by_case}
        drawn += [(None, value, None) for value in known.values()]
        data.append(style.marks(board.task.metric(name).label, known, index=index))
    below = {"autorange": "reversed"}
    score = style.score_axis(style.axis_title(board.task.primary), board.task.primary, drawn)
    return style.plot(data, x=score, y=style.categories(**below), scattermode="group", scattergap=0.3)


def seed_strip(board: Board, scores: Sequence[CaseScores]) -> Plot:
    """Every seed's score, a row for each case, with the mean."""
    values = {row.case: {seed: value for seed, value in enumerate(row.by_seed) if value is not None} for row in scores}
    return seeds.strip(
        values, {"mean": {row.case: row.estimate.value for row in scores if row.estimate}}, board.task.primary
    )


def entries_against_cost(entries: Sequence[Entry], scores: Sequence[Estimate | None], metric: Metric) -> Plot:
    """Score over CPU-seconds, one point an entry."""
    field, scale, label = COSTS["cpu"]
    data = []
    for entry, estimate in zip(entries, scores, strict=True):
        cost = getattr(entry.run, field)
        if estimate and cost:
            bars = style.error_bars([style.interval(estimate)])
            data.append(
                style.trace(entry.name, [scale * cost], [estimate.value], look_of(entry), size=11, error_y=bars)
            )
    return style.plot(data, x=style.axis(label, is_log=True), y=style.axis(style.axis_title(metric)))
