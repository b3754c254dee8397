"""Every seed's value of a metric, a row for each method or case, with its means: seeds that fail make one misleading."""

from collections.abc import Mapping, Sequence

import numpy as np

from papers.figures import Seeds
from papers.metrics import Metric
from runners.figures import style
from runners.figures.heatmap import told_apart_names
from runners.figures.material import MAPPED, Material
from runners.figures.style import Plot, Trace
from runners.standing.statistics import iqm_weights

SYMBOLS = {"mean": "line-ns-open", "interquartile mean": "diamond-tall-open"}
TALL = {"size": 20, "line": {"width": 3}}


def draw(figure: Seeds, material: Material) -> Plot:
    """The methods on one case, best first, as in the table. One query."""
    rows = material.rows[:MAPPED]
    scores = material.scores_of([figure.metric], [figure.case])
    every = {row.run_id: scores.by_seed(row.run_id, figure.metric, figure.case) for row in rows}
    names = dict(zip([row.run_id for row in rows], told_apart_names(rows), strict=True))
    values = {names[run]: by_seed for run, by_seed in every.items() if by_seed}
    means = {
        "mean": {name: float(np.mean(list(column.values()))) for name, column in values.items()},
        "interquartile mean": {name: interquartile_mean(list(column.values())) for name, column in values.items()},
    }
    return strip(values, means, material.board.task.metric(figure.metric))


def strip(values: Mapping[str, Mapping[int, float]], means: Mapping[str, Mapping[str, float]], metric: Metric) -> Plot:
    """values: row -> seed -> value. means: what it is called, as in SYMBOLS -> row -> value."""
    points = [(row, seed, value) for row, by_seed in values.items() for seed, value in by_seed.items()]
    each = style.trace(
        "one seed",
        [value for _, _, value in points],
        [row for row, _, _ in points],
        style.Look(style.COLOURS[0], "circle-open"),
        text=[f"seed {seed}" for _, seed, _ in points],
        hovertemplate="%{y}, %{text}: %{x:.4~g}<extra></extra>",
    )
    levels = [level(label, known, index) for index, (label, known) in enumerate(means.items(), start=1)]
    score = style.score_axis(style.axis_title(metric), metric, [(None, value, None) for *_, value in points])
    return style.plot([each, *levels] if points else [], x=score, y=style.categories(autorange="reversed"))


def level(label: str, values: Mapping[str, float], colour: int) -> Trace:
    look = style.Look(style.COLOURS[colour], SYMBOLS[label])
    marker = TALL if look.symbol.startswith("line") else {"size": 12, "line": {"width": 2}}
    return style.trace(label, values.values(), values, look, marker=marker)


def interquartile_mean(values: Sequence[float]) -> float:
    return float(np.sort(values) @ iqm_weights(len(values)))
