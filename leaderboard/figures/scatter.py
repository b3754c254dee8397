"""One metric against another, a point a method, beside a curve that the card brings."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from django.db.models import Avg, Count

from leaderboard.boards.statistics import Estimate, estimates
from leaderboard.figures import charts, style
from leaderboard.figures.material import MAPPED, Material
from leaderboard.figures.style import Plot, Trace
from leaderboard.models import Score, Standing
from papers.figures import Scatter

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
        others["marker"]["symbol"] = [charts.look_for(row, grey).symbol for row in rest]
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


def points_of(figure: Scatter, material: Material, rows: Sequence[Standing]) -> dict[int, Point]:
    """run -> the two estimates, of the runs that have both metrics on every one of the cases. One query."""
    cases = list(figure.cases or material.board.ranked_cases)
    runs = [row.run_id for row in rows] + [row.run_id for row, _ in material.looks]
    scores = Score.objects.filter(run__in=runs, metric__in=figure.metrics, case__in=cases).order_by("run", "seed")
    by_seed: dict[tuple[int, str], list[float]] = defaultdict(list)
    grouped = scores.values_list("run", "metric", "seed").annotate(Avg("value"), Count("pk"))
    for run, metric, _, mean, count in grouped:
        if count == len(cases):
            by_seed[run, metric].append(mean)
    by_seed |= material.recorded_by_seed(figure.metrics, cases)
    means = {key: estimates(np.array([values]))[0] for key, values in by_seed.items()}
    return {
        run: (means[run, figure.x], means[run, figure.y])
        for run in set(runs)
        if (run, figure.x) in means and (run, figure.y) in means
    }
