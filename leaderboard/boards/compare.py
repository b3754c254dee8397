"""Up to eight runs of a board side by side: plain rows and figures of the compare page."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from leaderboard.boards import statistics as standings
from leaderboard.figures.charts import COLOURS, SYMBOLS, Figure, error_bars, escaped, titled
from leaderboard.models import Run, Score, Standing
from leaderboard.boards.statistics import Difference, Estimate
from papers.task import Metric, Task, Tier

MOST = 8
ZERO = {"zeroline": True, "zerolinewidth": 2}


@dataclass(frozen=True)
class Entry:
    """One run, how it is drawn, and its scores in the chosen metric."""

    index: int
    run: Run
    standing: Standing | None  # None: not the run that counts
    by_case: dict[str, np.ndarray]  # case -> (seeds,), finite: only cases that were scored on every seed

    @property
    def name(self) -> str:
        return self.run.submission.name

    @property
    def colour(self) -> str:
        return COLOURS[self.index]

    @property
    def symbol(self) -> str:
        return SYMBOLS[self.index]


@dataclass(frozen=True)
class Line:
    """A case: what each entry scored, and its paired difference to the reference; None where it wasn't played."""

    case: str
    estimates: list[Estimate | None]
    differences: list[Difference | None]
    told_apart: list[bool]  # by Holm's procedure over all differences of the table


@dataclass(frozen=True)
class Duel:
    """Row against column over the ranked cases: the row's advantage, positive where it is better."""

    advantage: Difference | None
    verdict: str  # "better", "worse", "undecided", "" on the diagonal


def chosen(card: Task, tier: Tier, wanted: Sequence[str], user: Any) -> tuple[list[Run], list[str]]:
    """The finished runs that are asked for, in that order, and a sentence for each that can't be shown. One query."""
    numbers = list(dict.fromkeys(int(text) for text in wanted if text.isdecimal() and len(text) < 16))
    found = Run.objects.filter(pk__in=numbers, task=card.slug).select_related("submission__author")
    found = found.filter(submission__disqualified="").defer("log", "provenance")
    known = {run.pk: run for run in found}
    runs: list[Run] = []
    refused: list[str] = []
    for number in numbers:
        run = known.get(number)
        if run is None:
            refused.append(f"Run {number} is not on this board.")
        elif reason := incomparable(card, tier, run):
            refused.append(f"“{run.submission.name}” (run {run.pk}) is left out: {reason}.")
        elif len(runs) < MOST:
            runs.append(run)
        else:
            refused.append(f"“{run.submission.name}” is left out: {MOST} at a time.")
    return runs, refused


def incomparable(card: Task, tier: Tier, run: Run) -> str:
    """Why a run's scores say nothing beside others of this board; "" where they do."""
    if run.status != Run.Status.FINISHED:
        return f"it is {run.status}"
    if run.tier != tier:
        return f"it ran on the {run.tier} tier"
    if run.task_version != card.version:
        return f"it is stale: version {run.task_version} of the task drew other problems, now it is {card.version}"
    return ""


def entries(card: Task, tier: Tier, runs: Sequence[Run], metric: Metric) -> list[Entry]:
    """The runs with their scores in a metric. Two queries."""
    values: dict[tuple[int, str], dict[int, float]] = defaultdict(dict)
    rows = Score.objects.filter(run__in=runs, metric=metric.name).values_list("run", "case", "seed", "value")
    for run, case, seed, value in rows:
        values[run, case][seed] = value
    standing = {row.run_id: row for row in Standing.objects.for_board(card.slug, tier).filter(run__in=runs)}
    seeds = range(card.seeds[tier])
    return [
        Entry(
            index,
            run,
            standing.get(run.pk),
            {
                case.name: np.array([found[seed] for seed in seeds])
                for case in card.cases[tier]
                if (found := values[run.pk, case.name]).keys() >= set(seeds)
            },
        )
        for index, run in enumerate(runs)
    ]


def lines(card: Task, tier: Tier, shown: Sequence[Entry], reference: Entry) -> list[Line]:
    """Case by case, what the entries scored and how they differ from the reference."""
    cases = [case.name for case in card.cases[tier] if any(case.name in entry.by_case for entry in shown)]
    table = {case: [difference(entry, reference, case) for entry in shown] for case in cases}
    tests = [(case, i) for case in cases for i, one in enumerate(table[case]) if one and one.p is not None]
    told = standings.holm(np.array([_p(table[case][i]) for case, i in tests]))
    apart = {test for test, is_told in zip(tests, told, strict=True) if is_told}
    return [
        Line(
            case,
            [standings.estimates(e.by_case[case][None])[0] if case in e.by_case else None for e in shown],
            table[case],
            [(case, i) in apart for i in range(len(shown))],
        )
        for case in cases
    ]


def _p(found: Difference | None) -> float:
    return 1.0 if found is None or found.p is None else found.p


def difference(entry: Entry, reference: Entry, case: str) -> Difference | None:
    if entry is reference or case not in entry.by_case or case not in reference.by_case:
        return None
    return standings.paired(entry.by_case[case], reference.by_case[case])


def overall(card: Task, tier: Tier, entry: Entry) -> np.ndarray | None:
    """The score by seed over the ranked cases, (seeds,); None where one is missing."""
    cases = card.ranked_cases(tier)
    if not all(case in entry.by_case for case in cases):
        return None
    scores: np.ndarray = standings.by_seed(np.array([[entry.by_case[case] for case in cases]]), card.average)
    return np.asarray(scores[0])


def duels(card: Task, tier: Tier, shown: Sequence[Entry], metric: Metric) -> list[list[Duel]]:
    """Who beats whom, by Holm's procedure over all pairs that are shown."""
    sign = -1.0 if metric.better == "lower" else 1.0
    scores = [overall(card, tier, entry) for entry in shown]
    found: dict[tuple[int, int], Difference] = {}
    for i, first in enumerate(scores):
        for j, second in enumerate(scores):
            if i != j and first is not None and second is not None:
                found[i, j] = standings.paired(sign * first, sign * second)
    pairs = [pair for pair in found if pair[0] < pair[1] and found[pair].p is not None]
    told = standings.holm(np.array([_p(found[pair]) for pair in pairs]))
    apart = {frozenset(pair) for pair, is_told in zip(pairs, told, strict=True) if is_told}

    def duel(i: int, j: int) -> Duel:
        advantage = found.get((i, j))
        if i == j or advantage is None:
            return Duel(None, "" if i == j else "undecided")
        if frozenset((i, j)) not in apart:
            return Duel(advantage, "undecided")
        return Duel(advantage, "better" if advantage.value > 0 else "worse")

    return [[duel(i, j) for j in range(len(shown))] for i in range(len(shown))]


def _trace(entry: Entry, **more: Any) -> dict[str, Any]:
    """A series in the entry's colour and symbol; pages light up all series of one legend group together."""
    look = {"color": entry.colour, "symbol": entry.symbol, "size": 8}
    return {
        "type": "scatter",
        "mode": "markers",
        "name": escaped(entry.name),
        "legendgroup": str(entry.index),
        "marker": look | more.pop("marker", {}),
        **more,
    }


def difference_figure(shown: Sequence[Entry], reference: Entry, table: Sequence[Line], metric: Metric) -> Figure:
    """Paired differences to the reference with their intervals, case by case."""
    data = []
    for entry in shown:
        known = [(line.case, found) for line in table if (found := line.differences[entry.index])]
        if known:
            bars = error_bars([{"value": found.value, "high": found.high} for _, found in known])
            places = {"x": [found.value for _, found in known], "y": [case for case, _ in known]}
            data.append(_trace(entry, error_x=bars, orientation="h", offsetgroup=str(entry.index), **places))
    title = f"{titled(metric)}, minus that of {escaped(reference.name)}"
    axes = {"xaxis": {"title": {"text": title}, **ZERO}, "yaxis": {"type": "category", "autorange": "reversed"}}
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom"}  # out of the way of the axis' long title
    return {"data": data, "layout": {"scattermode": "group", "scattergap": 0.3, "legend": legend, **axes}}


def profile_figure(shown: Sequence[Entry], table: Sequence[Line], metric: Metric) -> Figure:
    """Each entry's mean by case with its interval."""
    data = []
    for entry in shown:
        known = [(line.case, found) for line in table if (found := line.estimates[entry.index])]
        bars = error_bars([{"value": found.value, "high": found.high} for _, found in known])
        places = {"x": [case for case, _ in known], "y": [found.value for _, found in known]}
        width = {"width": 1.5, "color": entry.colour}
        data.append(_trace(entry, mode="lines+markers", error_y=bars, line=width, **places))
    return {"data": data, "layout": {"xaxis": {"type": "category"}, "yaxis": {"title": {"text": titled(metric)}}}}


def strip_figure(shown: Sequence[Entry], table: Sequence[Line], metric: Metric) -> Figure:
    """Every seed of every entry, case by case."""
    data = []
    for entry in shown:
        points = [
            (line.case, seed, float(value))
            for line in table
            if line.case in entry.by_case
            for seed, value in enumerate(entry.by_case[line.case])
        ]
        places = {"x": [case for case, _, _ in points], "y": [value for _, _, value in points]}
        hover = {"text": [f"seed {seed}" for _, seed, _ in points], "hovertemplate": "%{x}, %{text}: %{y:.4f}"}
        small = {"size": 6, "opacity": 0.75}
        data.append(_trace(entry, offsetgroup=str(entry.index), marker=small, **places, **hover))
    axes = {"xaxis": {"type": "category"}, "yaxis": {"title": {"text": titled(metric)}}}
    return {"data": data, "layout": {"scattermode": "group", "scattergap": 0.2, **axes}}


def cost_figure(card: Task, tier: Tier, shown: Sequence[Entry], metric: Metric) -> Figure:
    """Score over seconds, one point an entry."""
    data = []
    for entry in shown:
        scores = overall(card, tier, entry)
        if scores is not None and entry.run.seconds:
            found = standings.estimates(scores[None])[0]
            bars = error_bars([{"value": found.value, "high": found.high}])
            big = {"size": 11}
            data.append(_trace(entry, x=[entry.run.seconds], y=[found.value], error_y=bars, marker=big))
    axes = {
        "xaxis": {"title": {"text": "seconds inside the method, all plays (log)"}, "type": "log"},
        "yaxis": {"title": {"text": titled(metric)}},
    }
    return {"data": data, "layout": axes}
