"""Methods by cases, one metric as colour."""

from collections.abc import Sequence

from papers.figures import Heatmap
from papers.metrics import Metric
from runners.figures import style
from runners.figures.material import MAPPED, Material
from runners.figures.rows import Row
from runners.figures.style import Plot


def draw(figure: Heatmap, material: Material) -> Plot:
    """Light is better; where a metric is best nearest a target, colour is the distance from it."""
    metric, rows = material.board.task.metric(figure.metric), material.rows[:MAPPED]
    values = {case.name: [material.mean(row, metric.name, case.name) for row in rows] for case in material.board.cases}
    played = {case: column for case, column in values.items() if any(value is not None for value in column)}
    grid = [list(line) for line in zip(*played.values(), strict=True)]
    digits = min(metric.digits, 2)
    cells = {
        "type": "heatmap",
        "x": list(played),
        "y": told_apart_names(rows),
        "z": [[None if value is None else shade(metric, value) for value in line] for line in grid],
        "text": [["" if value is None else f"{value:.{digits}f}" for value in line] for line in grid],
        "colorscale": style.SCALE,
        "reversescale": metric.is_ranked and not style.starts_at_the_top(metric),
        "texttemplate": "%{text}",
        "hovertemplate": "%{y}<br>%{x}: %{text}<extra></extra>",
        "colorbar": {"title": {"text": shade_title(metric), "side": "right"}},
    }
    y = style.categories(autorange="reversed")
    return style.plot([cells] if played else [], x=style.categories(), y=y)


def shade(metric: Metric, value: float) -> float:
    return value if metric.target is None else -float(metric.gain(value))


def shade_title(metric: Metric) -> str:
    return style.axis_title(metric) if metric.target is None else f"{metric.label}, distance from {metric.target:g}"


def told_apart_names(rows: Sequence[Row]) -> list[str]:
    """Names of methods, told apart by their number where two are the same."""
    names = [style.escape(row.submission.name) for row in rows]
    return [
        name if names.count(name) == 1 else f"{name} (#{row.submission_id})"
        for name, row in zip(names, rows, strict=True)
    ]
