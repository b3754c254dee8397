"""The figures that every board has, whatever its paper declares."""

from collections.abc import Mapping, Sequence

from leaderboard.boards.compare import Entry
from leaderboard.boards.tables import CaseScores
from leaderboard.models import Standing
from papers.metrics import Metric
from papers.task import Board
from runners.figures import style
from runners.figures.rows import ORACLE, look_for, looks
from runners.figures.style import Plot, Trace
from runners.standing.statistics import Estimate

KINDS = {"method": ("Methods", 0), "baseline": ("Baselines", 4), "control": ("Controls", 7)}
COSTS = {  # of view.COSTS: the run's field, its scale, the axis
    "cpu": ("cpu_seconds", 1.0, "CPU-seconds inside the method, all plays"),
    "seconds": ("seconds", 1.0, "seconds inside the method, all plays"),
    "gpu": ("gpu_seconds", 1.0, "GPU-seconds, all plays"),
    "memory": ("memory_bytes", 2.0**-20, "peak memory (MiB)"),
}


def score_against_cost(board: Board, rows: Sequence[Standing], cost: str = "cpu") -> Plot:
    """Each method's score over a cost, with the front of those that nothing beats in both. Reads submission and run."""
    field, scale, label = COSTS[cost]
    spent = {row.run_id: scale * value for row in rows if (value := getattr(row.run, field))}
    costly = [row for row in rows if row.run_id in spent and row.submission.kind != ORACLE]
    data = [
        line for device in sorted({row.run.device for row in costly}) for line in front(board, costly, spent, device)
    ]
    for kind, (name, index) in KINDS.items():
        alike = [row for row in costly if row.submission.kind == kind]
        if alike:
            look = style.Look(style.COLOURS[index], style.SYMBOLS[index])
            data.append(
                style.trace(
                    name,
                    [spent[row.run_id] for row in alike],
                    [row.value for row in alike],
                    look,
                    size=9,
                    marker={"symbol": [look_for(row, look).symbol for row in alike]},
                    error_y=style.error_bars([(row.low, row.value, row.high) for row in alike]),
                    text=[f"{style.escape(row.submission.name)}, {row.run.device}" for row in alike],
                    hovertemplate="%{text}<br>%{y:.3f} at %{x:.3g}<extra></extra>",
                )
            )
    return style.plot(data, x=style.axis(label, is_log=True), y=style.axis(style.axis_title(board.task.primary)))


def pareto(rows: Sequence[Standing], spent: Mapping[int, float], metric: Metric) -> list[Standing]:
    """The rows that no other beats in score without costing more, by cost. Where both are equal one stays."""
    best_first = sorted(rows, key=lambda row: (spent[row.run_id], -metric.gain(row.value)))
    kept: list[Standing] = []
    for row in best_first:
        if not kept or metric.gain(row.value) > metric.gain(kept[-1].value):
            kept.append(row)
    return kept


def front(board: Board, rows: Sequence[Standing], spent: Mapping[int, float], device: str) -> list[Trace]:
    """The Pareto front of one device class: cost compares within it only."""
    kept = pareto([row for row in rows if row.run.device == device], spent, board.task.primary)
    if len(kept) < 2:
        return []
    x, y = [spent[row.run_id] for row in kept], [row.value for row in kept]
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
    for index, (row, look) in enumerate(looks(rows)):
        intervals = [style.interval(row.cases.get(case, {})) for case in cases]
        values, bars = [value for _, value, _ in intervals], style.error_bars(intervals)
        points = style.trace(row.submission.name, values, cases, look, error_x=bars, orientation="h")
        data.append(points | {"offsetgroup": str(index)})
    for index, (name, values_by_case) in enumerate(context.items()):
        known = {case: values_by_case[case] for case in cases if case in values_by_case}
        data.append(style.marks(board.task.metric(name).label, known, is_open=index % 2 == 0))
    below = {"autorange": "reversed"}
    score = style.axis(style.axis_title(board.task.primary))
    return style.plot(data, x=score, y=style.categories(**below), scattermode="group", scattergap=0.3)


def seed_strip(board: Board, scores: Sequence[CaseScores]) -> Plot:
    """Every seed's score, case by case, with the mean."""
    points = [(row.case, seed, value) for row in scores for seed, value in enumerate(row.by_seed) if value is not None]
    means = {row.case: row.estimate.value for row in scores if row.estimate}
    seeds = style.trace(
        "one seed",
        [case for case, _, _ in points],
        [value for _, _, value in points],
        style.Look(style.COLOURS[0], "circle-open"),
        text=[f"seed {seed}" for _, seed, _ in points],
        hovertemplate="%{x}, %{text}: %{y:.4f}<extra></extra>",
    )
    wide = {"size": 24, "line": {"width": 3}}
    mean = style.trace("mean", means, means.values(), style.Look(style.COLOURS[1], "line-ew-open"), marker=wide)
    return style.plot([seeds, mean], x=style.categories(), y=style.axis(style.axis_title(board.task.primary)))


def entries_against_cost(entries: Sequence[Entry], scores: Sequence[Estimate | None], metric: Metric) -> Plot:
    """Score over CPU-seconds, one point an entry."""
    field, scale, label = COSTS["cpu"]
    data = []
    for entry, estimate in zip(entries, scores, strict=True):
        cost = getattr(entry.run, field)
        if estimate and cost:
            bars = style.error_bars([style.interval(estimate)])
            data.append(
                style.trace(
                    entry.name, [scale * cost], [estimate.value], style.look_of(entry.index), size=11, error_y=bars
                )
            )
    return style.plot(data, x=style.axis(label, is_log=True), y=style.axis(style.axis_title(metric)))
