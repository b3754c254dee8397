"""When a waiting run will begin: from what its method, its board and those ahead of it took before."""

import heapq
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

import redis
from django.conf import settings
from django.db.models import F
from django.utils import timezone

from leaderboard.boards import references
from leaderboard.models import Queue, Run
from leaderboard.running import runs
from papers.task import Board

REMEMBERED = 300  # runs of a queue that a forecast goes by
FRESH = 2.0  # seconds
OVERDUE = 0.25  # of what it took so far: what is expected of a run that takes longer than usual

Usual = Callable[[Run], float | None]  # seconds; None where there is nothing to go by


@dataclass(frozen=True)
class Outlook:
    """Why a run is waiting."""

    queue: str
    ahead: int  # runs of that queue that start before it
    workers: int  # how many runs the living workers of that queue take at once
    overdue: int  # runs ahead of it that take longer than usual
    starts_in: float | None  # seconds; None where there is nothing to go by; 0.0 only where a worker is free
    takes: float | None  # seconds, as such runs do
    hold: str = ""  # why nothing starts it however free the workers are


latest: tuple[float, dict[int, Outlook]] = (0.0, {})


def outlook(run: Run) -> Outlook:
    """Say when a queued run will start, as it looked at most FRESH seconds ago: who polls costs nothing, however long the line."""
    global latest  # noqa: PLW0603  # of this process
    made, known = latest
    if run.pk in known and time.monotonic() < made + FRESH and settings.PAGE_SECONDS:
        return known[run.pk]
    latest = time.monotonic(), (known := outlooks())
    return known.get(run.pk) or Outlook(run.queue, 0, 0, 0, None, None)  # it has ended meanwhile


def outlooks() -> dict[int, Outlook]:
    """Of every open run. Three queries, one more for each queue, and a look at Redis."""
    try:
        queues = runs.living_queues()
    except redis.exceptions.RedisError:
        queues = Counter()
    lines: dict[str, list[Run]] = defaultdict(list)
    for run in Run.objects.open().filter(released__isnull=False).for_lists().order_by("released"):
        lines[run.queue].append(run)
    for run in runs.waiting_runs():
        lines[runs.queue_for(run.tier, queues)].append(run)
    restricted = Queue.restricted()
    told = {}
    for queue, line in lines.items():
        held = restricted.get(queue)
        for run, usual in zip(line, outlooks_of(line, queue, queues[queue]), strict=True):
            if held and not run.released and held.holds(run):
                told[run.pk] = replace(usual, ahead=0, overdue=0, starts_in=None, hold=held.sentence)
            else:
                told[run.pk] = usual
    return told


def outlooks_of(line: Sequence[Run], queue: str, workers: int) -> Iterator[Outlook]:
    usual, now = usual_seconds(queue), timezone.now()
    starts = begins(line, usual, workers=workers) if workers else [None] * len(line)
    overdue = 0
    for ahead, (run, starts_in) in enumerate(zip(line, starts, strict=True)):
        takes = usual(run)
        yield Outlook(queue, ahead, workers, overdue, starts_in, takes)
        overdue += seconds_left(run, takes or 0.0, now)[1]


def usual_seconds(queue: str) -> Usual:
    """How long a run takes: the median of its method's own runs; else what was recorded of it, the median of its board here,
    of what was recorded of its board, of all runs here. One query.

    Reads submission: select it first.
    """
    past = Run.objects.filter(status=Run.Status.FINISHED, queue=queue, started__isnull=False).order_by("-ended", "-pk")
    own, boards = defaultdict(list), defaultdict(list)
    rows = past.annotate(taken=F("ended") - F("started")).values_list("submission", "task", "tier", "taken")
    for submission, task, tier, taken in rows[:REMEMBERED]:
        own[submission, tier].append(taken.total_seconds())
        boards[task, tier].append(taken.total_seconds())
    otherwise = middle([seconds for every in boards.values() for seconds in every])
    told: dict[tuple[int, str], float | None] = {}
    recorded = cache(expense_of_board)  # a look at files

    def usual(run: Run) -> float | None:
        key = run.submission_id, run.tier
        if key not in told:
            told[key] = reckoned(run)
        return told[key]

    def reckoned(run: Run) -> float | None:
        known = middle(own[run.submission_id, run.tier])
        if known is None and run.submission.is_house:
            known = expense_of_house(run)
        if known is None:
            known = middle(boards[run.task, run.tier])
        if known is None:
            known = recorded(run.board)
        return otherwise if known is None else known

    return usual


def middle(seconds: Sequence[float]) -> float | None:
    return statistics.median(seconds) if seconds else None


def expense_of_house(run: Run) -> float | None:
    """CPU-seconds of a house method's run as recorded, or as its card guesses; None of one that the card no longer has."""
    board = run.board
    method = next((method for method in board.task.house if method.slug == run.submission.house_slug), None)
    return references.expense(board, method) if method else None


def expense_of_board(board: Board) -> float | None:
    """CPU-seconds of the middle one of the runs that were recorded of a board."""
    known = references.recorded(board)
    return middle([references.expense(board, method) for method in board.task.house if method.slug in known])


def seconds_left(run: Run, usual: float, now: datetime) -> tuple[float, bool]:
    """How long a run will still take, and whether it takes longer than usual already."""
    elapsed = (now - run.started).total_seconds() if run.started else 0.0
    if elapsed <= usual:
        return usual - elapsed, False
    return OVERDUE * elapsed, True


def remaining(run: Run, told: Outlook) -> float | None:
    """Seconds that an open run still takes once it runs: by its own pace, else as long as such runs take; None where there is
    nothing to go by."""
    if run.started is None or run.fraction == 0:
        return None if told.takes is None else seconds_left(run, told.takes, timezone.now())[0]
    elapsed = (timezone.now() - run.started).total_seconds()
    return elapsed * (1 - run.fraction) / run.fraction


def is_overdue(run: Run, told: Outlook) -> bool:
    """Whether a run takes longer than such runs do."""
    return told.takes is not None and seconds_left(run, told.takes, timezone.now())[1]


def begins(line: Sequence[Run], usual: Usual, *, workers: int) -> list[float | None]:
    """Seconds until each run of a line begins: it takes the first free worker, and authors keep to their limit.

    None where one ahead of it takes nobody knows how long. Reads submission: select it first.
    """
    free, now = [0.0] * workers, timezone.now()
    ends: dict[int | None, list[float]] = defaultdict(list)
    starts: list[float | None] = []
    for run in line:
        author = run.submission.author_id
        begin = heapq.heappop(free)
        if author is not None and len(ends[author]) >= settings.RUNNING_PER_AUTHOR:
            begin = max(begin, sorted(ends[author])[-settings.RUNNING_PER_AUTHOR])
        if run.not_before and not run.started:
            begin = max(begin, (run.not_before - now).total_seconds())
        starts.append(begin)
        if (seconds := usual(run)) is None:
            break
        end = begin + seconds_left(run, seconds, now)[0]
        ends[author].append(end)
        heapq.heappush(free, end)
    return starts + [None] * (len(line) - len(starts))
