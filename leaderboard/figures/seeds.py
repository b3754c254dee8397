"""Every seed's value of a metric on one case, a column a method, with two means: seeds that fail make one misleading."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from leaderboard.figures import style
from leaderboard.figures.heatmap import told_apart_names
from leaderboard.figures.material import MAPPED, Material
from leaderboard.figures.style import Plot, Trace
from leaderboard.models import Score
from papers.figures import Seeds
from runners.standing.statistics import iqm_weights

WIDE = {"size": 22, "line": {"width": 3}}


def draw(figure: Seeds, material: Material) -> Plot:
    """Best first, as in the table. One query."""
    rows = material.rows[:MAPPED]
    values = values_of(figure, [row.run_id for row in rows])
    recorded = material.recorded_by_seed([figure.metric], [figure.case])
    values |= {run: dict(enumerate(by_seed)) for (run, _), by_seed in recorded.items()}
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


def values_of(figure: Seeds, runs: Sequence[int]) -> dict[int, dict[int, float]]:
    """run -> seed -> its value. One query."""
    by_run: dict[int, dict[int, float]] = defaultdict(dict)
    scores = Score.objects.filter(run__in=runs, metric=figure.metric, case=figure.case).order_by("seed")
    for run, seed, value in scores.values_list("run", "seed", "value"):
        by_run[run][seed] = value
    return dict(by_run)
