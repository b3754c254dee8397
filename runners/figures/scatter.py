"""One metric against another, a point a method, beside a curve that the card brings."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from papers.figures import Scatter
from runners.figures import style
from runners.figures.material import MAPPED, Material
from runners.figures.rows import Row, look_for
from runners.figures.style import Plot, Trace
from runners.standing.statistics import Estimate, estimate, strata_of

Point = tuple[Estimate, Estimate]  # x, y


def draw(figure: Scatter, material: Material) -> Plot:
    """Means over the cases; bars are 95 % intervals over the seeds. One query."""
    task, rows = material.board.task, material.rows[:MAPPED]
    points = points_of(figure, material, rows)
    drawn = {row.run_id for row, _ in material.looks}
    data = [reference(figure)] if figure.reference and points else []
    data += [
        point_trace(row.submission.name, [points[row.run_id]], look)
        for row, look in material.looks
        if row.run_id in points
    ]
    rest = [row for row in rows if row.run_id not in drawn and row.run_id in points]
    if rest:
        names = [style.escape(row.submission.name) for row in rest]
        grey = style.Look(style.GREY, "circle")
        others = point_trace("others", [points[row.run_id] for row in rest], grey)
        others["marker"]["symbol"] = [look_for(row, grey).symbol for row in rest]
        data.append(others | {"text": names, "hovertemplate": "%{text}: %{x:.4g}, %{y:.4g}<extra></extra>"})
    return style.plot(
        data,
        x=style.axis(style.axis_title(task.metric(figure.x)), is_log=figure.log_x),
        y=style.axis(style.axis_title(task.metric(figure.y)), is_log=figure.log_y),
    )


def point_trace(name: str, points: Sequence[Point], look: style.Look) -> Trace:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    bars: dict[str, Any] = {
        "error_x": style.error_bars(map(style.interval, xs)),
        "error_y": style.error_bars(map(style.interval, ys)),
    }
    return style.trace(name, [x.value for x in xs], [y.value for y in ys], look, size=10, **bars)


def reference(figure: Scatter) -> Trace:
    x, y = zip(*figure.reference, strict=True)
    return style.reference_line(figure.reference_label or "reference", x, y)


def points_of(figure: Scatter, material: Material, rows: Sequence[Row]) -> dict[int, Point]:
    """run -> the two estimates, of the runs that have both metrics on every one of the cases. One query."""
    board = material.board
    cases = list(figure.cases or board.ranked_cases)
    runs = {row.run_id for row in rows} | {row.run_id for row, _ in material.looks}
    scores = material.scores_of(figure.metrics, cases)

    def estimated(run: int, metric: str) -> Estimate | None:
        table = scores.array(run, metric, cases=cases, seeds=board.seeds)
        table = table[:, np.isfinite(table).all(axis=0)]
        how: dict[str, Any] = {"weights": board.weights(cases), "share_draws": board.task.cases_share_draws}
        return estimate(strata_of(table[None], **how)[0]) if table.size else None

    points = {run: (estimated(run, figure.x), estimated(run, figure.y)) for run in runs}
    return {run: (x, y) for run, (x, y) in points.items() if x and y}
