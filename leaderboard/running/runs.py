"""How a run begins, waits and is handed to a worker.

Runs wait in the database. A few at a time, people before house methods and authors in turn, they are released to
Celery, which only carries them: whatever happens to a message, the row here is what counts.
"""

import hashlib
import hmac
import logging
from collections import Counter
from datetime import timedelta
from typing import Any

import redis
from celery import signature
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from leaderboard.models import Change, Queue, RerunSchedule, Run, Submission
from leaderboard.running import notices
from papers.task import Board
from runners import broker, presence
from runners.celery import app, hard_limit
from runners.tasks import evaluate

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=settings.LEASE_SECONDS)  # a running run must be heard of within this time
PATIENCE = LEASE  # after which a released run is looked for in its queue
AHEAD = 2  # runs of people that are released beyond one per worker; house methods and reruns take free workers only
ATTEMPT_SALT, BUNDLE_SALT = "attempt", "bundle"
BUNDLE_SECONDS = 300  # how long the address of a bundle holds
RERUN_PRIORITY = 1  # 0 is for people


def start_run(
    submission: Submission, *, tier: str = "quick", why: str = "submitted", requester: Any = None, priority: int = 0
) -> Run:
    """Create a queued run; it is released when the transaction commits. Raises KeyError for a tier that isn't there."""
    board = submission.card.board(tier)
    run = Run.objects.create(
        submission=submission,
        **board.key,
        task_version=board.task.version,
        why=why,
        requester=requester,
        priority=priority,
        plays_total=len(board.plays()),
    )
    Change.note_runs(board.task.slug)
    transaction.on_commit(release)
    return run


def rerun(submission: Submission, *, tier: str, why: str, requester: Any = None) -> Run:
    """Queue the same code again on the same seeds. Reruns yield to new submissions."""
    return start_run(submission, tier=tier, why=why, requester=requester, priority=RERUN_PRIORITY)


def rerun_turn(plan: RerunSchedule, requester: Any = None) -> list[Run]:
    """Queue what a schedule reruns now. A submission whose rerun still waits or runs is left alone."""
    why = f"schedule: {plan.name}"
    return [rerun(submission, tier=plan.tier, why=why, requester=requester) for submission in plan.turn()]


def cancel(run: Run) -> bool:
    """End an open run for good and stop its sandbox. False when it had ended already."""
    mine = Run.objects.open().filter(pk=run.pk)
    if not mine.update(status=Run.Status.CANCELLED, ended=timezone.now(), lease_until=None, progress={}):
        return False
    Change.note_runs(run.task)
    notices.announce(run)
    transaction.on_commit(lambda: stop_worker(run.pk, run.attempt))
    transaction.on_commit(release)
    return True


def stop_worker(run: int, attempt: int) -> None:
    """Stop the evaluation of an attempt. Without a broker, which is asked first, it goes on until its next sign of life."""
    try:
        broker.client(patience=broker.PATIENCE).ping()
        app.control.revoke(task_id(run, attempt), terminate=True)
    except (redis.exceptions.RedisError, OperationalError):
        log.warning("run %s: the broker is away, its evaluation goes on unheard", run)


def waiting_runs() -> list[Run]:
    """Queued runs in the order of their release: by priority, then authors in turn, then by age. One query."""
    rows = list(Run.objects.open().for_lists().order_by("priority", "queued", "pk"))
    turns: Counter[tuple[int, int | None]] = Counter()
    order = []
    for run in sorted(rows, key=lambda run: run.released is None):  # released ones took their author's turns already
        turn = (run.priority, run.submission.author_id)
        if run.released is None:
            order.append((run.priority, turns[turn], run.queued, run.pk, run))
        turns[turn] += 1
    return [run for *_, run in sorted(order, key=lambda item: item[:4])]


def release() -> int:
    """Hand waiting runs to Celery, as many as the workers will soon take; returns how many. Safe at any time.

    An author's runs beyond RUNNING_PER_AUTHOR stay behind until one of theirs ends; what a queue holds waits until it is open.
    """
    try:
        queues = living_queues()
    except redis.exceptions.RedisError:
        log.warning("the broker is away: runs stay in the database")
        return 0
    room = Counter(queues)
    active: Counter[int | None] = Counter()
    for run in Run.objects.open().filter(released__isnull=False).for_lists():
        room[run.queue] -= 1
        active[run.submission.author_id] += 1
    released, now, restricted = 0, timezone.now(), Queue.restricted()
    for run in waiting_runs():
        if run.not_before and run.not_before > now:
            continue
        queue, author = queue_for(run.tier, queues), run.submission.author_id
        is_held = author is not None and active[author] >= settings.RUNNING_PER_AUTHOR
        is_held |= queue in restricted and restricted[queue].holds(run)
        ahead = AHEAD if run.priority < RERUN_PRIORITY else 0
        if room[queue] + ahead > 0 and not is_held:
            released += send(run, queue)
            room[queue] -= 1  # where it wasn't sent, somebody else just did
            active[author] += 1
    return released


def living_queues() -> Counter[str]:
    """How many runs the workers of each queue take at once. Raises redis.exceptions.RedisError."""
    slots: Counter[str] = Counter()
    for worker in presence.present():
        if not worker.trouble:
            slots[worker.queue] += worker.slots
    return slots


def queue_for(tier: str, queues: Counter[str]) -> str:
    """The full tier goes to a GPU where there is one; the quick tier only where nothing else is alive."""
    if queues["gpu"] and (tier == "full" or not queues["cpu"]):
        return "gpu"
    return "cpu"


def send(run: Run, queue: str) -> bool:
    """Release one run to a queue. False when somebody else did, or when the broker is away (the sweep tries again)."""
    mine = Run.objects.filter(pk=run.pk, attempt=run.attempt, status=Run.Status.QUEUED)
    board = run.board
    now = {"task_version": board.task.version, "plays_total": len(board.plays())}
    if not mine.filter(released__isnull=True).update(released=timezone.now(), queue=queue, **now):
        return False
    run.task_version = board.task.version  # the task may have moved on while the run waited
    try:
        evaluate.apply_async(
            kwargs={"run": run.pk, "attempt": run.attempt, "job": job(run), "report_to": dict(report_to())},
            queue=queue,
            task_id=task_id(run.pk, run.attempt),
            time_limit=hard_limit(board),
            link_error=signature(
                "leaderboard.tasks.worker_lost", kwargs={"run": run.pk, "attempt": run.attempt}, queue="results"
            ),
            retry=False,
        )
    except OperationalError:
        log.warning("run %s: the broker is away, it stays in the database", run.pk)
        mine.update(released=None, queue="")
        return False
    return True


def task_id(run: int, attempt: int) -> str:
    return f"run-{run}-{attempt}"


def report_to() -> Any:
    return signature("leaderboard.tasks.record", queue="results")


def job(run: Run) -> dict[str, Any]:
    """What a worker is told of a run before it begins; see runners.tasks.evaluate. The broker keeps it: no secrets."""
    token = signing.dumps([run.pk, run.attempt], salt=ATTEMPT_SALT)
    board, submission = run.board, run.submission
    return {
        **board.key,
        "task_version": run.task_version,
        "seeds": board.seeds,
        "attempt_url": settings.SITE_URL + reverse("attempt", args=[token]),
        "code_sha256": submission.code_sha256,
        "oracle": submission.house_slug if submission.is_oracle else "",
        "is_house": submission.is_house,
    }


def seed_key(board: Board, version: int) -> bytes:
    """The key from which every play of a board is drawn. Reveals nothing about other boards or versions."""
    return hmac.digest(
        settings.SEED_SECRET.encode(), f"{board.task.slug}/{version}/{board.tier.name}".encode(), hashlib.sha256
    )
