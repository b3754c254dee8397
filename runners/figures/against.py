"""A metric against a number among the cases' parameters, one line a method."""

from collections import defaultdict
from typing import Any

import numpy as np

from papers.figures import Against
from papers.task import Board
from runners.figures import style
from runners.figures.material import Material
from runners.figures.rows import Row
from runners.figures.style import Plot

NOTHING = object()


def draw(figure: Against, material: Material) -> Plot:
    metric = material.board.task.metric(figure.metric)
    groups = cases_by_x(figure, material.board)
    data = []
    for row, look in material.looks:
        means = {x: mean_over(material, row, metric.name, cases) for x, cases in groups.items()}
        known = {x: mean for x, mean in means.items() if mean is not None}
        if known:
            data.append(style.trace(row.submission.name, known, known.values(), look, mode="lines+markers", size=7))
    x = style.axis(figure.x_label or figure.x, is_log=figure.log_x)
    return style.plot(data, x=x, y=style.axis(style.axis_title(metric), is_log=figure.log_y))


def cases_by_x(figure: Against, board: Board) -> dict[float, list[str]]:
    """x -> the names of the cases that match `where`, x ascending."""
    groups: dict[float, list[str]] = defaultdict(list)
    for case in board.cases:
        if has_all(case.params, figure.where) and hasattr(case.params, figure.x):
            groups[getattr(case.params, figure.x)].append(case.name)
    return dict(sorted(groups.items()))


def has_all(params: Any, where: Any) -> bool:
    return all(getattr(params, name, NOTHING) == value for name, value in where.items())


def mean_over(material: Material, row: Row, metric: str, cases: list[str]) -> float | None:
    """None where a case is missing: another mean would be one of other cases."""
    values = [material.mean(row, metric, case) for case in cases]
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if len(known) == len(values) else None
