"""Up to eight runs of a board side by side: plain rows of the compare page."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leaderboard.boards import statistics
from leaderboard.boards.scores import scores_of
from leaderboard.boards.statistics import Difference, Estimate
from leaderboard.models import Run, Standing
from papers.metrics import Metric
from papers.task import Board

MOST = 8


@dataclass(frozen=True)
class Entry:
    """One run, and its scores in the chosen metric. Its look is that of its index."""

    index: int
    run: Run
    standing: Standing | None  # None: not the run that counts
    by_case: dict[str, np.ndarray]  # case -> (seeds,), finite: only cases that were scored on every seed

    @property
    def name(self) -> str:
        return self.run.submission.name


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


def comparable_runs(board: Board, wanted: Sequence[str]) -> tuple[list[Run], list[str]]:
    """The finished runs that are asked for, in that order, and a sentence for each that can't be shown. One query."""
    numbers = list(dict.fromkeys(int(text) for text in wanted if text.isdecimal() and len(text) < 16))
    asked = Run.objects.filter(pk__in=numbers, task=board.task.slug, submission__disqualified="")
    known = {run.pk: run for run in asked.for_lists()}
    runs: list[Run] = []
    refused: list[str] = []
    for number in numbers:
        run = known.get(number)
        if run is None:
            refused.append(f"Run {number} is not on this board.")
        elif reason := why_incomparable(board, run):
            refused.append(f"“{run.submission.name}” (run {run.pk}) is left out: {reason}.")
        elif len(runs) < MOST:
            runs.append(run)
        else:
            refused.append(f"“{run.submission.name}” is left out: {MOST} at a time.")
    return runs, refused


def why_incomparable(board: Board, run: Run) -> str:
    """Why a run's scores say nothing beside others of this board; "" where they do."""
    if run.status != Run.Status.FINISHED:
        return f"it is {run.status}"
    if run.tier != board.tier.name:
        return f"it ran on the {run.tier} tier"
    if run.task_version != board.task.version:
        now = board.task.version
        return f"it is stale: version {run.task_version} of the task drew other problems, now it is {now}"
    return ""


def entries_of(board: Board, runs: Sequence[Run], metric: Metric) -> list[Entry]:
    """The runs with their scores in a metric. Two queries."""
    scores = scores_of([run.pk for run in runs], metric=metric.name)
    standing = {row.run_id: row for row in Standing.objects.for_board(board).filter(run__in=runs)}
    tables = [
        {case.name: scores.whole(run.pk, metric.name, cases=[case.name], seeds=board.seeds) for case in board.cases}
        for run in runs
    ]
    return [
        Entry(index, run, standing.get(run.pk), {case: rows[0] for case, rows in table.items() if len(rows)})
        for index, (run, table) in enumerate(zip(runs, tables, strict=True))
    ]


def ranked_on(board: Board, entries: Sequence[Entry]) -> list[str]:
    """The ranked cases that no entry left out: what they are compared over."""
    missing = {case for entry in entries for case in entry.run.left_out}
    return [case for case in board.ranked_cases if case not in missing]


def lines_of(board: Board, entries: Sequence[Entry], reference: Entry, metric: Metric) -> list[Line]:
    """Case by case, what the entries scored and how they differ from the reference."""
    cases = [case.name for case in board.cases if any(case.name in entry.by_case for entry in entries)]
    table = {(case, e.index): difference(metric, e, reference, case) for case in cases for e in entries}
    apart = statistics.told_apart(table)
    return [
        Line(
            case,
            [statistics.estimate(e.by_case[case][None]) if case in e.by_case else None for e in entries],
            [table[case, entry.index] for entry in entries],
            [(case, entry.index) in apart for entry in entries],
        )
        for case in cases
    ]


def difference(metric: Metric, entry: Entry, reference: Entry, case: str) -> Difference | None:
    """In the metric's own unit; where it is best nearest a target, of the distances from it."""
    if entry is reference or case not in entry.by_case or case not in reference.by_case:
        return None
    first, second = entry.by_case[case], reference.by_case[case]
    if metric.target is not None:
        first, second = -metric.gain(first), -metric.gain(second)
    return statistics.paired(first[None], second[None])


def gain_of(board: Board, entry: Entry, metric: Metric, cases: Sequence[str]) -> np.ndarray | None:
    """What is compared over the cases, (strata, seeds); None where one is missing."""
    if not cases or not all(case in entry.by_case for case in cases):
        return None
    scores = np.array([[entry.by_case[case] for case in cases]])
    task = board.task
    return np.asarray(statistics.strata_of(metric.gain(scores), task.average, share_draws=task.cases_share_draws)[0])


def overall_estimate(board: Board, entry: Entry, metric: Metric, cases: Sequence[str]) -> Estimate | None:
    """The score over the cases, in the metric's unit; None where one is missing."""
    if not cases or not all(case in entry.by_case for case in cases):
        return None
    scores = np.array([[entry.by_case[case] for case in cases]])
    task, gain = board.task, metric.gain(scores)
    how = {"gain": gain, "share_draws": task.cases_share_draws}
    return statistics.estimate(statistics.strata_of(scores, task.average, **how)[0])


def duels_of(board: Board, entries: Sequence[Entry], metric: Metric, cases: Sequence[str]) -> list[list[Duel]]:
    """Who beats whom, by Holm's procedure over all pairs that are shown."""
    gains = [gain_of(board, entry, metric, cases) for entry in entries]
    pairs = [(i, j) for i in range(len(entries)) for j in range(len(entries)) if i != j]
    advantages = {
        (i, j): statistics.paired(first, second)
        for i, j in pairs
        if (first := gains[i]) is not None and (second := gains[j]) is not None
    }
    apart = statistics.told_apart({pair: one for pair, one in advantages.items() if pair[0] < pair[1]})

    def duel(i: int, j: int) -> Duel:
        advantage = advantages.get((i, j))
        if i == j or advantage is None:
            return Duel(None, "" if i == j else "undecided")
        if (min(i, j), max(i, j)) not in apart:
            return Duel(advantage, "undecided")
        return Duel(advantage, "better" if advantage.value > 0 else "worse")

    return [[duel(i, j) for j in range(len(entries))] for i in range(len(entries))]
