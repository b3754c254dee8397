"""What administrators do to queues: let them run empty, pause them, and say which waiting run comes first. Each is noted."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from leaderboard.models import Change, Deed, Queue, Run
from leaderboard.running.runs import RERUN_PRIORITY, release

PRIORITIES = {"first": -1, "as people's": 0, "as reruns": RERUN_PRIORITY, "last": RERUN_PRIORITY + 1}


def set_mode(name: str, mode: str, *, reason: str, user: Any) -> Queue:
    """Open, drain or pause a queue; an open one has no reason.

    A paused one takes back what was handed over and has not begun; what runs, runs on.
    """
    reason = "" if mode == Queue.Mode.OPEN else reason
    with transaction.atomic():
        queue, _ = Queue.objects.update_or_create(
            name=name, defaults={"mode": mode, "reason": reason[:200], "since": timezone.now()}
        )
        if mode == Queue.Mode.PAUSED:
            take_back(Run.objects.filter(status=Run.Status.QUEUED, queue=name, released__isnull=False))
        Deed.note(user, f"set to {mode}{f': {reason}' if reason else ''}", queue)
        transaction.on_commit(release)
    return queue


def take_back(runs: Any) -> None:
    """Under a new attempt: the message that is on its way starts nothing any more."""
    Change.note_runs(*runs.values_list("task", flat=True))
    runs.update(attempt=F("attempt") + 1, released=None, queue="", execution="")


def prioritise(keys: Iterable[int], priority: str, user: Any) -> int:
    """Give waiting runs another place in the line; returns how many still waited. Raises KeyError for what is no priority."""
    with transaction.atomic():
        waiting = list(Run.objects.filter(pk__in=keys, status=Run.Status.QUEUED, released=None))
        Run.objects.filter(pk__in=[run.pk for run in waiting]).update(priority=PRIORITIES[priority])
        Change.note_runs(*(run.task for run in waiting))
        Deed.note(user, f"put in the queue: {priority}", *waiting)
        transaction.on_commit(release)
    return len(waiting)
