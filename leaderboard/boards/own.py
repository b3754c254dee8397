"""What an author has sent, as only its author sees it together: where each entry stands, what it cost, and how its runs went."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from leaderboard.boards import flags
from leaderboard.boards.scores import means_of
from leaderboard.models import Run, Standing, Submission
from leaderboard.models.runs import LONG_TEXTS
from papers import catalogue
from papers.task import Board, Task
from runners.figures import style
from runners.figures.style import Plot

REMEMBERED = 200  # finished runs that the charts show, the latest
CHARTS = 4  # boards, those of the latest runs first


@dataclass(frozen=True)
class Entry:
    """A submission with its latest run and where it stands on each tier."""

    submission: Submission
    card: Task
    run: Run | None
    standings: Sequence[tuple[Standing, str]]  # each with its verdict


def submissions_of(user: Any) -> QuerySet[Submission]:
    """Withdrawn ones too, the newest first."""
    runs = Run.objects.defer(*LONG_TEXTS)
    return Submission.objects.filter(author=user).prefetch_related(Prefetch("runs", runs))


def entries(submissions: Sequence[Submission]) -> list[Entry]:
    """One query for where they stand, one for what drifted."""
    rows = Standing.objects.filter(submission__in=submissions).for_lists().prefetch_related(flags.drifts())
    standing: dict[int, list[tuple[Standing, str]]] = defaultdict(list)
    for row in rows.order_by("-tier"):  # "quick" before "full"
        if not row.run.is_stale:
            standing[row.submission_id].append((row, verdict(row)))
    return [Entry(one, one.card, next(iter(one.runs.all()), None), standing[one.pk]) for one in submissions]


def verdict(row: Standing) -> str:
    """What its author expected beside what was measured, and what else stands out; "" where there is nothing to say."""
    task, claimed = row.submission.card, row.submission.claimed_value
    labels = [flag.label for flag in flags.flags_of(task, row, [])]
    if claimed is not None and "forecast missed" not in labels:
        labels.insert(0, f"as claimed or better: {claimed:.{task.primary.digits}f}")
    return ", ".join(labels)


def histories(user: Any) -> list[tuple[Task, str, Plot]]:
    """Board, tier and chart of the boards where at least two of an author's runs have finished. Two queries."""
    done = Run.objects.filter(submission__author=user, status=Run.Status.FINISHED, ended__isnull=False)
    latest = list(done.for_lists().order_by("-ended", "-pk")[:REMEMBERED])
    by_board: dict[tuple[str, str], list[Run]] = defaultdict(list)
    for run in latest:
        if not run.is_stale:
            by_board[run.task, run.tier].append(run)
    chosen = [(key, runs) for key, runs in by_board.items() if len(runs) > 1][:CHARTS]
    scores = means(run for _, runs in chosen for run in runs)
    boards = [(catalogue.board(*key), runs[::-1]) for key, runs in chosen]
    return [(board.task, board.tier.name, history(board, runs, scores)) for board, runs in boards]


def means(runs: Iterable[Run]) -> dict[int, float]:
    """run -> its primary metric, the mean over the ranked cases and seeds. One query."""
    boards = {run.pk: run.board for run in runs}
    rows = means_of(boards, {board.task.primary.name for board in boards.values()})
    values: dict[int, list[float]] = defaultdict(list)
    for (run, metric, case), value in rows.items():
        if metric == boards[run].task.primary.name and case in boards[run].ranked_cases:
            values[run].append(value)
    return {run: sum(every) / len(every) for run, every in values.items()}


def history(board: Board, runs: Sequence[Run], scores: dict[int, float]) -> Plot:
    """The score of every run over time, a colour for each method; the oldest first."""
    names = {run.submission_id: run.submission.name for run in runs}
    data = []
    for index, (submission, name) in enumerate(names.items()):
        own = [run for run in runs if run.submission_id == submission and run.pk in scores]
        data.append(
            style.trace(
                name,
                [run.ended.isoformat() for run in own if run.ended],
                [scores[run.pk] for run in own],
                style.look_of(index),
                mode="lines+markers",
                text=[f"run {run.pk}, {run.why}" for run in own],
                hovertemplate="%{text}<br>%{y:.4f}",
            )
        )
    x = {"title": {"text": "run ended (UTC)"}, "type": "date"}
    return style.plot(data, x=x, y=style.axis(style.axis_title(board.task.primary)), showlegend=True)
