"""Up to eight runs of a board side by side: plain rows of the compare page."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leaderboard.boards.scores import scores_of
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

    @property
    def kind(self) -> str:
        return self.run.submission.kind


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
