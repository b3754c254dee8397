"""The pictures that a card declares for its board, as Plotly figures. Each function says how many queries it makes."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from django.core.files.storage import default_storage
from django.db.models import Avg

from leaderboard.figures import charts
from leaderboard.figures.charts import COLOURS, PROFILED, SYMBOLS, Figure
from leaderboard.models import Artefact, Score, Standing, artefact_path
from leaderboard.boards.statistics import Estimate, estimate
from papers import task as cards
from papers.task import Task, Tier

MAPPED = 30  # methods in a heat map
GRID = 60  # points of an overlaid curve
BAND_OPACITY = 0.15

Line = tuple[np.ndarray, np.ndarray]  # x ascending, y


@dataclass(frozen=True)
class Board:
    """What a board's pictures are drawn from."""

    card: Task
    tier: Tier
    rows: Sequence[Standing]  # best first
    means: Mapping[tuple[int, str, str], float]  # run, metric, case -> mean over the seeds
    curves: Mapping[tuple[int, str], list[Artefact]]  # run, name

    @property
    def best(self) -> Sequence[Standing]:
        return self.rows[:PROFILED]

    def mean(self, row: Standing, metric: str, case: str) -> float | None:
        return self.means.get((row.run_id, metric, case))


def of_board(card: Task, tier: Tier, rows: Sequence[Standing]) -> list[tuple[str, cards.Figure, Figure]]:
    """An id, the declaration and the plot of every picture for which there is something to draw.

    Two queries, and the files of overlaid curves.
    """
    declared = [figure for figure in card.figures if figure.tier in (None, tier)]
    if not declared or not rows:
        return []
    metrics = {name for figure in declared for name in _metrics(figure)}
    names = {figure.curve for figure in declared if isinstance(figure, cards.Overlay)}
    board = Board(card, tier, rows, _means(rows[:MAPPED], metrics), _curves(rows[:PROFILED], names))
    drawn = [(f"figure-{number}", figure, _draw(figure, board)) for number, figure in enumerate(declared)]
    return [(name, figure, plot) for name, figure, plot in drawn if plot["data"]]


def _metrics(figure: cards.Figure) -> tuple[str, ...]:
    if isinstance(figure, cards.Bracket):
        return figure.metrics
    return (figure.metric,) if isinstance(figure, cards.Heatmap | cards.Against) else ()


def _means(rows: Sequence[Standing], metrics: set[str]) -> dict[tuple[int, str, str], float]:
    """One query."""
    found = Score.objects.filter(run__in=[row.run_id for row in rows], metric__in=metrics)
    values = found.values_list("run", "metric", "case").annotate(Avg("value")).order_by("run")
    return {(run, metric, case): value for run, metric, case, value in values}


def _curves(rows: Sequence[Standing], names: set[str]) -> dict[tuple[int, str], list[Artefact]]:
    """One query."""
    found: dict[tuple[int, str], list[Artefact]] = defaultdict(list)
    for kept in Artefact.objects.filter(run__in=[row.run_id for row in rows], name__in=names, kind="curve"):
        found[kept.run_id, kept.name].append(kept)
    return dict(found)


def _draw(figure: cards.Figure, board: Board) -> Figure:
    match figure:
        case cards.Heatmap():
            return heatmap(figure, board)
        case cards.Against():
            return against(figure, board)
        case cards.Overlay():
            return overlay(figure, board)
        case cards.Bracket():
            return bracket(figure, board)
    raise TypeError(f"{board.card.slug} declares a {type(figure).__name__}, which nobody draws")


def heatmap(figure: cards.Heatmap, board: Board) -> Figure:
    metric, rows = board.card.metric(figure.metric), board.rows[:MAPPED]
    values = {
        case.name: [board.mean(row, metric.name, case.name) for row in rows] for case in board.card.cases[board.tier]
    }
    played = {case: column for case, column in values.items() if any(value is not None for value in column)}
    data = {
        "type": "heatmap",
        "x": list(played),
        "y": _names(rows),
        "z": [list(line) for line in zip(*played.values(), strict=True)],
        "colorscale": "Cividis",
        "reversescale": metric.better == "lower",
        "texttemplate": f"%{{z:.{min(metric.digits, 2)}f}}",
        "hovertemplate": "%{y}<br>%{x}: %{z:.4g}<extra></extra>",
        "colorbar": {"title": {"text": charts.titled(metric), "side": "right"}},
    }
    axes = {"xaxis": {"type": "category"}, "yaxis": {"type": "category", "autorange": "reversed"}}
    return {"data": [data] if played else [], "layout": axes}


def against(figure: cards.Against, board: Board) -> Figure:
    metric = board.card.metric(figure.metric)
    groups: dict[float, list[str]] = defaultdict(list)
    for case in board.card.cases[board.tier]:
        if figure.x in case.params and all(case.params.get(key) == value for key, value in figure.where.items()):
            groups[case.params[figure.x]].append(case.name)
    data = []
    for index, row in enumerate(board.best):
        points = {x: [board.mean(row, metric.name, case) for case in groups[x]] for x in sorted(groups)}
        whole = {
            x: float(np.mean(known)) for x, values in points.items() if len(known := _known(values)) == len(values)
        }
        if whole:
            data.append(_line(index, row, list(whole), list(whole.values())))
    return {
        "data": data,
        "layout": {
            "xaxis": _axis(figure.x_label or figure.x, is_log=figure.log_x),
            "yaxis": _axis(charts.titled(metric), is_log=figure.log_y),
        },
    }


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def overlay(figure: cards.Overlay, board: Board) -> Figure:
    data: list[dict[str, Any]] = []
    for index, row in enumerate(board.best):
        kept = board.curves.get((row.run_id, figure.curve), [])
        wanted = [curve for curve in kept if figure.case in (None, curve.case)]
        found = {(curve.case, curve.seed): line for curve in wanted if (line := _series(curve.sha256, figure.series))}
        if found:
            x, estimates = _average(figure, found)
            data += _band(index, x, estimates)
            data.append(_line(index, row, x, [e.value for e in estimates], mode="lines"))
    return {
        "data": data,
        "layout": {
            "xaxis": _axis(figure.x_label, is_log=figure.log_x),
            "yaxis": _axis(figure.y_label or figure.series, is_log=figure.log_y),
        },
    }


@lru_cache(maxsize=4000)
def _series(sha256: str, name: str) -> Line | None:
    """The defined points of a reported line, by x; content under a sha256 never changes."""
    with default_storage.open(artefact_path(sha256)) as file:
        content = json.load(file)
    pairs = zip(content["x"], content["series"].get(name, []), strict=False)
    points = np.array(sorted((x, y) for x, y in pairs if x is not None and y is not None))
    return (points[:, 0], points[:, 1]) if len(points) else None


def _average(figure: cards.Overlay, lines: Mapping[tuple[str, int], Line]) -> tuple[list[float], list[Estimate]]:
    """Lines of (case, seed) on a common grid, where all are defined: mean over cases, interval over seeds."""
    cases = sorted({case for case, _ in lines})
    seeds = [seed for seed in sorted({seed for _, seed in lines}) if all((case, seed) in lines for case in cases)]
    grid = _grid([x for x, _ in lines.values()], is_step=figure.is_step, is_log=figure.log_x)
    if not seeds or not len(grid):
        return [], []
    read = _held if figure.is_step else np.interp
    values = np.array([[read(grid, *lines[case, seed]) for seed in seeds] for case in cases])  # (cases, seeds, grid)
    return grid.tolist(), [estimate(values[:, :, i]) for i in range(len(grid))]


def _grid(xs: Sequence[np.ndarray], *, is_step: bool, is_log: bool) -> np.ndarray:
    """The lines' own x where they are few, else GRID points. A last step goes on; a last point doesn't."""
    start, end = max(x[0] for x in xs), (max if is_step else min)(x[-1] for x in xs)
    own: np.ndarray = np.unique(np.concatenate(xs))
    own = own[(own >= start) & (own <= end)]
    if len(own) <= GRID:
        return own
    return np.geomspace(start, end, GRID) if is_log and start > 0 else np.linspace(start, end, GRID)


def _held(grid: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The last value at or before each grid point."""
    return np.asarray(y[np.maximum(np.searchsorted(x, grid, side="right") - 1, 0)])


def bracket(figure: cards.Bracket, board: Board) -> Figure:
    cases = [case.name for case in board.card.cases[board.tier]]
    data: list[dict[str, Any]] = []
    for index, row in enumerate(board.best):
        found = {case: tuple(board.mean(row, metric, case) for metric in figure.metrics) for case in cases}
        known = {case: values for case, values in found.items() if values[1] is not None}
        if known:
            line = _line(index, row, list(known), [value for _, value, _, _ in known.values()], mode="markers")
            data.append(line | {"error_y": _reach([values[:3] for values in known.values()])})
    first = board.rows[0]
    truths = {case: truth for case in cases if (truth := board.mean(first, figure.truth, case)) is not None}
    title = charts.titled(board.card.metric(figure.value))
    axes = {"xaxis": {"type": "category"}, "yaxis": _axis(title, is_log=figure.log_y)}
    shapes = _levels(board.card.metric(figure.truth).label, [truths.get(case) for case in cases])
    return {"data": data, "layout": {"scattermode": "group", "shapes": shapes, **axes}}


def _levels(label: str, values: Sequence[float | None]) -> list[dict[str, Any]]:
    """A level across the whole width of each case: its truth."""
    levels = [
        {
            "type": "line",
            "x0": index - 0.45,
            "x1": index + 0.45,
            "y0": value,
            "y1": value,
            "layer": "below",
            "name": label,
            "line": {"color": "#7F7F7F", "width": 3},
        }
        for index, value in enumerate(values)
        if value is not None
    ]
    return [level | {"showlegend": number == 0} for number, level in enumerate(levels)]


def _reach(intervals: Sequence[tuple[float | None, ...]]) -> dict[str, Any]:
    """Error bars from (low, value, high); nothing where an end is unknown."""

    def length(end: float | None, start: float | None) -> float | None:
        return None if end is None or start is None else max(end - start, 0.0)

    return {
        "type": "data",
        "symmetric": False,
        "array": [length(high, value) for _, value, high in intervals],
        "arrayminus": [length(value, low) for low, value, _ in intervals],
        "thickness": 1.5,
        "width": 3,
    }


def _names(rows: Sequence[Standing]) -> list[str]:
    """Names of methods, told apart by their number where two are the same."""
    names = [charts.escaped(row.submission.name) for row in rows]
    return [
        name if names.count(name) == 1 else f"{name} (#{row.submission_id})"
        for name, row in zip(names, rows, strict=True)
    ]


def _line(
    index: int, row: Standing, x: Sequence[Any], y: Sequence[float | None], *, mode: str = "lines+markers"
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": mode,
        "name": charts.escaped(row.submission.name),
        "x": list(x),
        "y": list(y),
        "legendgroup": str(index),
        "line": {"color": COLOURS[index % 8], "width": 2, "dash": ("solid", "dash")[index // 4 % 2]},
        "marker": {"color": COLOURS[index % 8], "symbol": SYMBOLS[index % 8], "size": 7},
    }


def _band(index: int, x: Sequence[float], estimates: Sequence[Estimate]) -> list[dict[str, Any]]:
    """The 95 % interval as an area behind the line; nothing for a single seed."""
    if not estimates or estimates[0].low is None:
        return []
    colour = COLOURS[index % 8]
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    hidden = {
        "type": "scatter",
        "mode": "lines",
        "x": list(x),
        "line": {"width": 0, "color": colour},
        "legendgroup": str(index),
        "showlegend": False,
        "hoverinfo": "skip",
    }
    fill = {"fill": "tonexty", "fillcolor": f"rgba({red},{green},{blue},{BAND_OPACITY})"}
    return [hidden | {"y": [e.low for e in estimates]}, hidden | {"y": [e.high for e in estimates]} | fill]


def _axis(title: str, *, is_log: bool) -> dict[str, Any]:
    return {"title": {"text": title + (" (log)" if is_log else "")}, "type": "log" if is_log else "linear"}
