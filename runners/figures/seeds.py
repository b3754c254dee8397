"""Every seed's value of a metric on one case, a column a method, with two means: seeds that fail make one misleading."""

from collections.abc import Sequence

import numpy as np

from papers.figures import Seeds
from runners.figures import style
from runners.figures.heatmap import told_apart_names
from runners.figures.material import MAPPED, Material
from runners.figures.style import Plot, Trace
from runners.standing.statistics import iqm_weights

WIDE = {"size": 22, "line": {"width": 3}}


def draw(figure: Seeds, material: Material) -> Plot:
    """Best first, as in the table. One query."""
    rows = material.rows[:MAPPED]
    scores = material.scores_of([figure.metric], [figure.case])
    every = {row.run_id: scores.by_seed(row.run_id, figure.metric, figure.case) for row in rows}
    values = {run: by_seed for run, by_seed in every.items() if by_seed}
    names = dict(zip([row.run_id for row in rows], told_apart_names(rows), strict=True))
    columns = {name: values[run] for run, name in names.items() if run in values}
    points = [(name, seed, value) for name, column in columns.items() for seed, value in column.items()]
    each = style.trace(
        "one seed",
        [name for name, _, _ in points],
        [value for _, _, value in points],
        style.Look(style.COLOURS[0], "circle-open"),
        text=[f"seed {seed}" for _, seed, _ in points],
        hovertemplate="%{x}, %{text}: %{y:.4g}<extra></extra>",
    )
    means = {name: float(np.mean(list(column.values()))) for name, column in columns.items()}
    middles = {name: interquartile_mean(list(column.values())) for name, column in columns.items()}
    data = [each, level("mean", means, 1, "line-ew-open"), level("interquartile mean", middles, 2, "diamond-wide-open")]
    y = style.axis(style.axis_title(material.board.task.metric(figure.metric)))
    return style.plot(data if points else [], x=style.categories(), y=y)


def level(label: str, values: dict[str, float], colour: int, symbol: str) -> Trace:
    look = style.Look(style.COLOURS[colour], symbol)
    marker = WIDE if symbol.startswith("line") else {"size": 12, "line": {"width": 2}}
    return style.trace(label, values, values.values(), look, marker=marker)


def interquartile_mean(values: Sequence[float]) -> float:
    return float(np.sort(values) @ iqm_weights(len(values)))
