"""Plotly figures as plain dicts from plain rows. Colours of the theme are added in the browser."""

from collections.abc import Mapping, Sequence
from typing import Any

from leaderboard.models import Artefact, Standing
from leaderboard.boards.tables import CaseScores
from papers.task import Metric, Task

# Okabe and Ito: told apart by colour-blind readers; symbols differ as well.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6BB1", "#7F7F7F")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross", "x", "star")
KINDS = {"method": ("Methods", 0), "baseline": ("Baselines", 4), "control": ("Controls", 7)}
PROFILED = 8
Figure = dict[str, Any]


def escaped(text: str) -> str:
    """A foreign name as Plotly shall show it: it would take <b> and <a href> for markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def arrowed(metric: Metric) -> str:
    """The label with the direction that is better."""
    return metric.label + {"higher": " ↑", "lower": " ↓"}.get(metric.better, "")


def titled(metric: Metric) -> str:
    """The title of an axis, with the unit."""
    return arrowed(metric) + (f" ({metric.unit})" if metric.unit else "")


def error_bars(estimates: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Symmetric 95 % intervals; nothing where there is none."""
    return {
        "type": "data",
        "array": [None if e["high"] is None else e["high"] - e["value"] for e in estimates],
        "thickness": 1.2,
        "width": 3,
    }


COSTS = {  # of tables.COSTS: the run's field, its scale, the axis
    "seconds": ("seconds", 1.0, "seconds inside the method, all plays"),
    "cpu": ("cpu_seconds", 1.0, "CPU-seconds, all plays"),
    "gpu": ("gpu_seconds", 1.0, "GPU-seconds, all plays"),
    "memory": ("memory_bytes", 2.0**-20, "peak memory, MiB"),
}


def score_against_cost(card: Task, rows: Sequence[Standing], cost: str = "seconds") -> Figure:
    """Each method's score over a cost, with the front of those that nothing beats in both. Reads submission and run."""
    field, scale, label = COSTS[cost]
    spent = {row.run_id: scale * value for row in rows if (value := getattr(row.run, field))}
    costly = [row for row in rows if row.run_id in spent]
    data = [
        line for device in sorted({row.run.device for row in costly}) for line in _front(card, costly, spent, device)
    ]
    for kind, (name, style) in KINDS.items():
        chosen = [row for row in costly if row.submission.kind == kind]
        if chosen:
            data.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": name,
                    "x": [spent[row.run_id] for row in chosen],
                    "y": [row.value for row in chosen],
                    "error_y": error_bars([{"value": row.value, "high": row.high} for row in chosen]),
                    "text": [f"{escaped(row.submission.name)}, {row.run.device}" for row in chosen],
                    "hovertemplate": "%{text}<br>%{y:.3f} at %{x:.3g}<extra></extra>",
                    "marker": {"color": COLOURS[style], "symbol": SYMBOLS[style], "size": 9},
                }
            )
    axes = {
        "xaxis": {"title": {"text": f"{label} (log)"}, "type": "log"},
        "yaxis": {"title": {"text": titled(card.primary)}},
    }
    return {"data": data, "layout": axes}


def pareto(rows: Sequence[Standing], spent: Mapping[int, float], *, higher_is_better: bool) -> list[Standing]:
    """The rows that no other beats in score without costing more, by cost. Where both are equal one stays."""
    sign = -1.0 if higher_is_better else 1.0
    front: list[Standing] = []
    for row in sorted(rows, key=lambda row: (spent[row.run_id], sign * row.value)):
        if not front or sign * row.value < sign * front[-1].value:
            front.append(row)
    return front


def _front(card: Task, rows: Sequence[Standing], spent: Mapping[int, float], device: str) -> list[dict[str, Any]]:
    """The Pareto front of one device class: cost compares within it only."""
    alike = [row for row in rows if row.run.device == device]
    front = pareto(alike, spent, higher_is_better=card.primary.better == "higher")
    if len(front) < 2:
        return []
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": f"Pareto front, {device}",
            "x": [spent[row.run_id] for row in front],
            "y": [row.value for row in front],
            "line": {"color": "#7F7F7F", "width": 1.5, "dash": "dot", "shape": "hv"},
            "hoverinfo": "skip",
        }
    ]


def case_profile(card: Task, rows: Sequence[Standing], context: dict[str, dict[str, float]]) -> Figure:
    """The best methods' scores case by case, beside what the case allows. Reads submission."""
    cases = list(rows[0].cases) if rows else []
    data: list[dict[str, Any]] = []
    for index, row in enumerate(rows[:PROFILED]):
        estimates = [row.cases.get(case, {"value": None, "high": None}) for case in cases]
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": escaped(row.submission.name),
                "x": cases,
                "y": [e["value"] for e in estimates],
                "error_y": error_bars(estimates),
                "line": {"color": COLOURS[index % 8], "width": 1.5},
                "marker": {"color": COLOURS[index % 8], "symbol": SYMBOLS[index % 8], "size": 8},
            }
        )
    for index, (name, values) in enumerate(context.items()):
        known = {case: values[case] for case in cases if case in values}
        data.append(dashes(card.metric(name).label, known, is_open=index % 2 == 0))
    return {"data": data, "layout": {"xaxis": {"type": "category"}, "yaxis": {"title": {"text": titled(card.primary)}}}}


def dashes(label: str, values: dict[str, float], *, is_open: bool = True) -> dict[str, Any]:
    """What a case itself allows, or its truth: a dash at each case."""
    symbol = "line-ew-open" if is_open else "line-ew"
    return {
        "type": "scatter",
        "mode": "markers",
        "name": label,
        "x": list(values),
        "y": list(values.values()),
        "marker": {"color": "#7F7F7F", "symbol": symbol, "size": 22, "line": {"width": 2}},
    }


def seed_strip(card: Task, scores: Sequence[CaseScores]) -> Figure:
    """Every seed's score, case by case, with the mean."""
    points = [(row.case, seed, value) for row in scores for seed, value in enumerate(row.by_seed) if value is not None]
    means = [row for row in scores if row.estimate]
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "markers",
                "name": "one seed",
                "x": [case for case, _, _ in points],
                "y": [value for _, _, value in points],
                "text": [f"seed {seed}" for _, seed, _ in points],
                "hovertemplate": "%{x}, %{text}: %{y:.4f}<extra></extra>",
                "marker": {"color": COLOURS[0], "symbol": "circle-open", "size": 8},
            },
            {
                "type": "scatter",
                "mode": "markers",
                "name": "mean",
                "x": [row.case for row in means],
                "y": [row.estimate.value for row in means if row.estimate],
                "marker": {"color": COLOURS[1], "symbol": "line-ew-open", "size": 24, "line": {"width": 3}},
            },
        ],
        "layout": {"xaxis": {"type": "category"}, "yaxis": {"title": {"text": titled(card.primary)}}},
    }


def artefact(kept: Artefact, content: dict[str, Any]) -> Figure:
    """A curve, a scatter or a graph that a protocol reported."""
    if kept.kind == "graph":
        return graph(content["nodes"], content["edges"])
    is_curve = kept.kind == "curve"
    lines = (
        {name: {"x": content["x"], "y": values} for name, values in content["series"].items()}
        if is_curve
        else content["groups"]
    )
    data = [
        {
            "type": "scatter",
            "mode": "lines+markers" if is_curve else "markers",
            "name": name,
            **line,
            "line": {"color": COLOURS[index % 8]},
            "marker": {
                "color": COLOURS[index % 8],
                "symbol": SYMBOLS[index % 8],
                "size": 5,
                "opacity": 1 if is_curve else 0.6,
            },
        }
        for index, (name, line) in enumerate(lines.items())
    ]
    axes = {
        f"{axis}axis": {
            "title": {"text": content.get(f"{axis}_label", "")},
            "type": "log" if content.get(f"log_{axis}") else "linear",
        }
        for axis in "xy"
    }
    return {"data": data, "layout": axes}


def graph(nodes: Sequence[str], edges: Sequence[tuple[int, int, str]]) -> Figure:
    """An arc diagram: nodes in a row, an edge the higher the more nodes it passes, its label at the top."""
    data, labels = [], []
    steps = [i / 20 for i in range(21)]
    for start, end, label in edges:
        height = 0.9 * (abs(end - start) - 1)
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [start + (end - start) * t for t in steps],
                "y": [4 * height * t * (1 - t) for t in steps],
                "line": {"color": "#7F7F7F", "width": 2},
                "hoverinfo": "skip",
            }
        )
        labels.append({"x": (start + end) / 2, "y": height, "text": label, "showarrow": False, "yshift": 10})
    data.append(
        {
            "type": "scatter",
            "mode": "markers+text",
            "x": list(range(len(nodes))),
            "y": [0] * len(nodes),
            "text": list(nodes),
            "textposition": "bottom center",
            "hoverinfo": "text",
            "marker": {"size": 22, "color": COLOURS[0]},
        }
    )
    hidden = {"visible": False}
    axes = {"xaxis": hidden, "yaxis": hidden | {"range": [-1, None]}}
    return {"data": data, "layout": {"showlegend": False, "annotations": labels, **axes}}
