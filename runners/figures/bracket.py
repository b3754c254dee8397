"""Four metrics, case by case: an estimate, the interval that it certifies, and the truth."""

from collections.abc import Sequence
from typing import Any

from papers.figures import Bracket
from runners.figures import style
from runners.figures.material import Material
from runners.figures.style import Plot


def draw(figure: Bracket, material: Material) -> Plot:
    cases, task = [case.name for case in material.board.cases], material.board.task
    data = []
    for row, look in material.looks:
        ends = (figure.low, figure.value, figure.high)
        intervals = {case: tuple(material.mean(row, metric, case) for metric in ends) for case in cases}
        known = {case: interval for case, interval in intervals.items() if interval[1] is not None}
        if known:
            bars = style.error_bars(known.values())  # type: ignore[arg-type]  # three metrics: low, value, high
            values = [value for _, value, _ in known.values()]
            data.append(style.trace(row.submission.name, known, values, look, size=7, error_y=bars))
    truths = [truth_of(material, figure.truth, case) for case in cases]
    y = style.axis(style.axis_title(task.metric(figure.value)), is_log=figure.log_y)
    shapes = levels(task.metric(figure.truth).label, truths)
    return style.plot(data, x=style.categories(), y=y, scattermode="group", shapes=shapes)


def truth_of(material: Material, metric: str, case: str) -> float | None:
    """The same for all methods: that of the first that played the case."""
    values = (material.mean(row, metric, case) for row in material.rows)
    return next((value for value in values if value is not None), None)


def levels(label: str, values: Sequence[float | None]) -> list[dict[str, Any]]:
    """A level across the whole width of each case: its truth."""
    drawn = [
        {
            "type": "line",
            "x0": index - 0.45,
            "x1": index + 0.45,
            "y0": value,
            "y1": value,
            "layer": "below",
            "name": label,
            "line": {"color": style.GREY, "width": 3},
        }
        for index, value in enumerate(values)
        if value is not None
    ]
    return [level | {"showlegend": number == 0} for number, level in enumerate(drawn)]
