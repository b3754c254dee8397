"""Keeps the house methods on the boards: exactly the files that lie beside each board, and the oracles."""

from dataclasses import dataclass
from itertools import accumulate

from django.conf import settings
from django.db import transaction
from django_celery_beat.models import CrontabSchedule

from leaderboard.boards import references, standings, writing
from leaderboard.machine import contents
from leaderboard.models import Change, RerunSchedule, Run, Submission
from leaderboard.running.runs import start_run
from papers import catalogue
from papers.task import Board, House, Task

PRIORITY = 1  # people come first
FIRST = "house method"
NIGHTLY = "nightly repeat of house methods"


def sync(tier: str = "quick", *, with_runs: bool = True) -> list[Run]:
    """Make a submission of every house method and queue a run where none counts, so that all boards fill alike.

    A file that has changed becomes a new submission; the old one leaves the board and keeps its history.
    """
    boards = [board for board in catalogue.all_boards() if board.tier.name == tier]
    runs = []
    for board, method in in_turn(boards):
        with transaction.atomic():
            submission = submit(board.task, method)
            if with_runs and needs_run(submission, board):
                runs.append(start_run(submission, tier=tier, why=FIRST, priority=PRIORITY))
    return runs


def in_turn(boards: list[Board]) -> list[tuple[Board, House]]:
    """All house methods: a control of each board, then cheap ones first, as boards would have them that fill side by side."""
    due = []
    for board in boards:
        costs = {method.slug: references.expense(board, method) for method in board.task.house}
        methods = sorted(board.task.house, key=lambda method: costs[method.slug])
        first = next((method for method in methods if method.kind == "control"), None)
        ends = accumulate(costs[method.slug] for method in methods)
        due += [(method is not first, end, board, method) for end, method in zip(ends, methods, strict=True)]
    return [(board, method) for *_, board, method in sorted(due, key=lambda item: item[:2])]


@dataclass(frozen=True)
class Filling:
    """How far the boards are filled with what this site measured itself. `cpu_seconds`: still to come, roughly."""

    done: int
    total: int
    cpu_seconds: float


def filling(tier: str = "quick") -> Filling:
    """Two queries. A method that no run was queued for yet, as a site does that has just begun, is still to come."""
    boards = {board.task.slug: board for board in catalogue.all_boards() if board.tier.name == tier}
    methods = {(slug, method.slug): method for slug, board in boards.items() for method in board.task.house}
    current = Submission.objects.filter(is_house=True, superseded=False, task__in=boards)
    first = Run.objects.open().filter(submission__in=current, tier=tier, why=FIRST)
    known = set(current.values_list("task", "house_slug"))
    waiting = set(first.values_list("task", "submission__house_slug")) | (methods.keys() - known)
    left = sum(references.expense(boards[task], methods[task, slug]) for task, slug in waiting & methods.keys())
    return Filling(done=len(methods) - len(waiting & methods.keys()), total=len(methods), cpu_seconds=left)


def submit(task: Task, method: House) -> Submission:
    """The submission of a house method's present code; an oracle has none."""
    code = task.code(method)
    sha256 = contents.CODE.keep(code) if code else ""
    writing.hold(*task.boards.values())
    same = Submission.objects.filter(is_house=True, task=task.slug, house_slug=method.slug)
    left = same.exclude(code_sha256=sha256).filter(superseded=False).update(superseded=True)
    submission, _ = Submission.objects.update_or_create(
        is_house=True,
        task=task.slug,
        house_slug=method.slug,
        code_sha256=sha256,
        defaults={
            "name": method.title,
            "kind": method.kind,
            "description": method.summary,
            "paper_url": catalogue.paper_of(task.slug).url if method.kind == "method" else "",
            "superseded": False,
        },
    )
    Change.note(task.slug)
    if left:
        for board in task.boards.values():
            standings.rebuild(board)
    return submission


def schedule_nightly_repeat() -> RerunSchedule:
    """Each night rerun the house methods that were not repeated for longest, as many as fit NIGHTLY_HOURS: in rotation all of them.

    What has code must repeat itself exactly. An administrator may give the schedule another time, other hours, or pause it.
    """
    schedule = RerunSchedule.objects.filter(name=NIGHTLY).first()
    if schedule is None:
        crontab = CrontabSchedule.objects.create(minute="17", hour="3")
        schedule = RerunSchedule.objects.create(name=NIGHTLY, crontab=crontab, hours=settings.NIGHTLY_HOURS)
    house = Submission.objects.in_the_running().filter(is_house=True, task__in=catalogue.all_tasks())
    schedule.submissions.set(house.exclude(kind="oracle"))
    return schedule


def needs_run(submission: Submission, board: Board) -> bool:
    """Whether no run of this version is under way or finished. A failed one is tried again: a busy machine may have cut it."""
    runs = submission.runs.filter(**board.key, task_version=board.task.version)
    return not runs.filter(status__in=[*Run.OPEN, Run.Status.FINISHED]).exists()
