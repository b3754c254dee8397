"""The two ends of a run, and what brings lost ones back.

Every write is conditional, so that events may come in any order and any number of times.
"""

import hashlib
import json
import logging
from typing import Any

import redis
from celery import shared_task
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from leaderboard import boards
from leaderboard.models import Artefact, RerunSchedule, Run, RunQuerySet, Score, artefact_path
from leaderboard.reruns import check_drift
from leaderboard.runs import LEASE, PATIENCE, release, rerun
from runners.presence import queue_length

log = logging.getLogger(__name__)

LOG_CHARACTERS = 64 << 10  # the tail of a run's log that is kept


class Incomplete(Exception):
    """A run said that it finished, but events of its plays have yet to arrive."""


@shared_task(autoretry_for=(Incomplete,), retry_kwargs={"max_retries": 15, "countdown": 2})
def record(run: int, attempt: int, execution: str, sequence: int, event: dict[str, Any]) -> bool:
    """Apply one event. False when it no longer counts: an older attempt, a second execution, a closed run."""
    with transaction.atomic():
        mine = Run.objects.of(run, attempt, execution)
        # The conditional write comes first: it takes the row's lock, and of two executions only one gets past it.
        if not mine.update(execution=execution, status=Run.Status.RUNNING, lease_until=timezone.now() + LEASE):
            return False
        apply(Run.objects.of(run, attempt, execution), event)
    if event["type"] in ("finished", "failed"):
        release()
    return True


def apply(mine: RunQuerySet, event: dict[str, Any]) -> None:
    """Write what the event says. `mine` holds exactly the run that it speaks of."""
    match event["type"]:
        case "started":
            mine.update(
                started=timezone.now(),
                plays_total=event["plays"],
                device=event["device"],
                device_name=event["device_name"][:100],
                isolation=event["isolation"][:100],
                provenance=event["provenance"],
            )
        case "progress":
            mine.update(progress={key: event[key] for key in ("case", "seed", "fraction", "text")})
        case "play":
            keep_scores(mine.get(), event)
        case "artefact":
            keep_artefact(mine.get(), event)
        case "log":
            run = mine.get()
            mine.update(log=(run.log + event["text"])[-LOG_CHARACTERS:])
        case "finished":
            finish(mine.get(), event)
        case "failed":
            fail(mine, event)


def keep_scores(run: Run, event: dict[str, Any]) -> None:
    rows = [
        Score(run=run, case=event["case"], seed=event["seed"], metric=metric, value=value)
        for metric, value in event["scores"].items()
    ]
    Score.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["run", "case", "seed", "metric"], update_fields=["value"]
    )
    Run.objects.filter(pk=run.pk).update(plays_done=plays(run), progress={})


def plays(run: Run) -> int:
    return run.scores.values("case", "seed").distinct().count()


def keep_artefact(run: Run, event: dict[str, Any]) -> None:
    content = json.dumps(event["data"], sort_keys=True, allow_nan=False).encode()
    sha256 = hashlib.sha256(content).hexdigest()
    if not default_storage.exists(artefact_path(sha256)):
        default_storage.save(artefact_path(sha256), ContentFile(content))
    Artefact.objects.update_or_create(
        run=run,
        case=event["case"],
        seed=event["seed"],
        name=event["name"],
        defaults={"kind": event["kind"], "sha256": sha256, "size": len(content)},
    )


def finish(run: Run, event: dict[str, Any]) -> None:
    if plays(run) < event["plays"]:
        raise Incomplete(f"run {run.pk}: {plays(run)} of {event['plays']} plays recorded")
    Run.objects.filter(pk=run.pk).update(
        status=Run.Status.FINISHED,
        ended=timezone.now(),
        lease_until=None,
        progress={},
        flags=event["flags"],
        provenance=run.provenance | {"data": event["data"]},
        **event["spent"],
    )
    run.refresh_from_db()
    boards.update(run)  # in the same transaction: a board is never behind
    check_drift(run)


def fail(mine: RunQuerySet, event: dict[str, Any]) -> None:
    mine.update(
        status=Run.Status.FAILED,
        ended=timezone.now(),
        lease_until=None,
        progress={},
        failure_whose=event["whose"],
        failure_reason=event["reason"],
        failure_message=event["message"],
        failure_traceback=event["traceback"],
        failure_case=event["case"][:100],
        failure_seed=event["seed"] if event["case"] else None,
    )


@shared_task
def lost(task_id: str, run: int, attempt: int) -> None:
    """Celery's word that a worker died under a run."""
    give_back(run, attempt, reason="the worker that ran it died")


def give_back(run: int, attempt: int, *, reason: str) -> bool:
    """Queue a run again under a new attempt, or give up after the third crash. Never the author's fault."""
    with transaction.atomic():
        mine = Run.objects.open().filter(pk=run, attempt=attempt)
        if not mine.update(crashes=F("crashes") + 1):
            return False
        if mine.get().crashes >= Run.MAX_CRASHES:
            message = f"We gave up after {Run.MAX_CRASHES} tries: {reason}. This is our fault and costs you no quota."
            fail(
                mine,
                {"whose": "ours", "reason": "internal", "message": message, "traceback": "", "case": "", "seed": 0},
            )
        else:
            requeue(mine)
    log.warning("run %s, attempt %s: %s", run, attempt, reason)
    release()
    return True


def requeue(mine: RunQuerySet) -> None:
    """Start over: nothing that the old attempt recorded, or may still say, counts."""
    run = mine.get()
    run.scores.all().delete()
    run.artefacts.all().delete()
    mine.update(
        attempt=F("attempt") + 1,
        execution="",
        status=Run.Status.QUEUED,
        queue="",
        released=None,
        lease_until=None,
        plays_done=0,
        progress={},
        log="",
    )


@shared_task
def rerun_scheduled(schedule: int) -> None:
    """Queue the reruns of a schedule; a submission whose rerun still waits or runs is left alone."""
    plan = RerunSchedule.objects.get(pk=schedule)
    busy = Run.objects.open().filter(tier=plan.tier).values("submission")
    for submission in plan.chosen().exclude(pk__in=busy):
        rerun(submission, tier=plan.tier, why=f"schedule: {plan.name}")  # type: ignore[arg-type]


@shared_task
def sweep() -> None:
    """Bring back runs that nobody hears of, whose message vanished, or that were never released."""
    now = timezone.now()
    for run in Run.objects.filter(status=Run.Status.RUNNING).filter(Q(lease_until__lt=now) | Q(lease_until=None)):
        give_back(run.pk, run.attempt, reason=f"nothing was heard of it for {int(LEASE.total_seconds())} s")
    try:
        for run in Run.objects.filter(status=Run.Status.QUEUED, released__lt=now - PATIENCE):
            if queue_length(run.queue) == 0:  # else it is merely waiting
                log.warning("run %s: its message was lost", run.pk)
                requeue(Run.objects.filter(pk=run.pk, attempt=run.attempt, status=Run.Status.QUEUED))
    except redis.exceptions.ConnectionError:
        log.warning("the broker is away: lost messages are looked for later")
    release()
