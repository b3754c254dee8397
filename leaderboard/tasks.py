"""The two ends of a run, and what brings lost ones back.

Every write is conditional, so that events may come in any order and any number of times.
"""

import json
import logging
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import redis
from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from leaderboard.boards import recast as views
from leaderboard.boards import standings
from leaderboard.machine import contents
from leaderboard.models import Artefact, Change, OpenData, RerunSchedule, Run, RunQuerySet, Score
from leaderboard.running import aside, notices
from leaderboard.running.reruns import check_drift
from leaderboard.running.runs import LEASE, PATIENCE, living_queues, release, rerun_turn, stop_worker, task_id
from leaderboard.submitting import quota
from leaderboard.views import around, exports
from papers import catalogue
from runners import deliveries, logs
from runners.events import tail_of
from runners.tasks import ours

log = logging.getLogger(__name__)

LOG_CHARACTERS = 64 << 10  # the tail of a run's log that is kept
TELLING = 12  # seconds
MAKING = 600  # seconds
CUT_OFF = timedelta(seconds=10)  # after which a run that has no place yet is given one by the sweep
ASLEEP = 0.01  # of the wall time in CPU: who works less than this slept
TURNS = ("started", "finished", "failed")  # events after which a run is in another state
PAUSE = timedelta(seconds=60)  # before a run that a worker refused is offered again


class Incomplete(Exception):
    """A run said that it finished, but events of its plays have yet to arrive."""


# Whatever stands in the way (plays under way, a busy database, storage that is away), the event is tried again for a
# minute; after that the run's lease runs out, and it starts over.
@shared_task(autoretry_for=(Exception,), retry_kwargs={"max_retries": 30, "countdown": 2})
def record(run: int, attempt: int, execution: str, sequence: int, event: dict[str, Any]) -> bool:
    """Apply one event. False when it no longer counts: an older attempt, a second execution, a closed run."""
    with logs.about(run=run, attempt=attempt):
        with transaction.atomic():
            mine = Run.objects.of(run, attempt, execution)
            # The conditional write comes first: it takes the row's lock, and of two executions only one gets past it.
            if mine.update(execution=execution, status=Run.Status.RUNNING, lease_until=timezone.now() + LEASE):
                apply(Run.objects.of(run, attempt, execution), event)
                if event["type"] in TURNS:
                    Change.note_runs(Run.everything.get(pk=run).task)
                counts = True
            else:
                counts = False
        if counts and event["type"] in TURNS:
            log.info(event["type"])
        if counts and event["type"] in ("finished", "failed"):
            release()
        if counts and event["type"] == "finished":
            place(run)
        elif not counts and event["type"] in ("heartbeat", "progress"):
            stop_stray(run, attempt)
        return counts


def place(run: int) -> None:
    """Put a run that finished on its board, and say where it drifted. Safe at any time; the sweep does what was cut off."""
    finished = Run.objects.select_related("submission").get(pk=run)
    standings.update(finished)
    with transaction.atomic():
        if Run.objects.filter(pk=run, is_placed=False).update(is_placed=True) and check_drift(finished):
            Change.note(finished.task)  # rows carry it as a flag
    aside.send("prepare", task=finished.task)  # without a broker its first reader has it made


def stop_stray(run: int, attempt: int) -> None:
    """Stop an evaluation that nobody waits for: of a closed run, or of an attempt that was given back too early."""
    if not Run.objects.open().filter(pk=run, attempt=attempt).exists():
        log.warning("an evaluation that no longer counts is stopped")
        stop_worker(run, attempt)


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
                left_out=event["left_out"],
                provenance=event["provenance"],
            )
        case "progress":
            mine.update(progress={key: event[key] for key in ("case", "seed", "fraction", "text")})
        case "play":
            keep_scores(mine.get(), [event])
        case "batch":
            apply_batch(mine, event["events"])
        case "artefact":
            keep_artefact(mine.get(), event)
        case "log":
            run = mine.get()
            if event["text"] not in run.log:  # it names case and seed: the same text is the same event
                mine.update(log=tail_of(run.log + event["text"], LOG_CHARACTERS))
        case "finished":
            finish(mine.get(), event)
        case "failed" if event["whose"] == "ours":
            pause = PAUSE if event["reason"] == "refused" else timedelta(0)
            start_over(mine, event, pause=pause)
        case "failed" if is_second_try_due(mine.get(), event):
            log.warning("a house method reached a limit: it is tried once more")
            mine.update(failure_reason=event["reason"])  # before it is queued anew: then it is another attempt's
            requeue(mine, reason=event["message"])
        case "failed":
            fail(mine, event)


def is_second_try_due(run: Run, event: Mapping[str, Any]) -> bool:
    """Whether a house method reached a limit for the first time: a busy machine may have cut it."""
    return event["reason"] == "limit" and run.submission.is_house and run.failure_reason != "limit"


def apply_batch(mine: RunQuerySet, events: Sequence[dict[str, Any]]) -> None:
    """Write what came within a second: all scores at once, and of a progress only the last, unless a play ended after it."""
    if plays := [event for event in events if event["type"] == "play"]:
        keep_scores(mine.get(), plays)
    for event in events:
        if event["type"] == "log" or (event["type"] == "progress" and event is events[-1]):
            apply(mine, event)


def keep_scores(run: Run, plays: Sequence[dict[str, Any]]) -> None:
    rows = [
        Score(run=run, case=play["case"], seed=play["seed"], metric=metric, value=value)
        for play in plays
        for metric, value in play["scores"].items()
    ]
    Score.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["run", "case", "seed", "metric"], update_fields=["value"]
    )
    Run.objects.filter(pk=run.pk).update(plays_done=count_plays(run), progress={})


def count_plays(run: Run) -> int:
    return run.scores.values("case", "seed").distinct().count()


def keep_artefact(run: Run, event: dict[str, Any]) -> None:
    content = json.dumps(event["data"], sort_keys=True, allow_nan=False).encode()
    sha256 = contents.ARTEFACTS.keep(content)
    Artefact.objects.update_or_create(
        run=run,
        case=event["case"],
        seed=event["seed"],
        name=event["name"],
        defaults={"kind": event["kind"], "sha256": sha256, "size": len(content)},
    )


def finish(run: Run, event: dict[str, Any]) -> None:
    if run.started is None or count_plays(run) < event["plays"]:
        raise Incomplete(f"{count_plays(run)} of {event['plays']} plays are recorded")
    if run.artefacts.count() < event.get("artefacts", 0):
        raise Incomplete(f"{run.artefacts.count()} of {event['artefacts']} artefacts are recorded")
    Run.objects.filter(pk=run.pk).update(
        status=Run.Status.FINISHED,
        is_placed=False,  # once this transaction is through: others can write while its place is computed
        ended=timezone.now(),
        lease_until=None,
        progress={},
        failure_message="",  # of an earlier attempt
        failure_reason="",
        provenance=run.provenance | {"data": event["data"]},
        evaluator_seconds=event["evaluator_seconds"],
        **event["spent"],
    )
    notices.announce(run)


def fail(mine: RunQuerySet, event: Mapping[str, Any]) -> None:
    ended = list(mine.select_related("submission"))
    is_late = waited(event) and all(quota.may_be_late(run.submission.author_id) for run in ended)
    mine.update(
        status=Run.Status.FAILED,
        ended=timezone.now(),
        lease_until=None,
        progress={},
        failure_whose=event["whose"],
        costs_nothing=is_late,
        failure_reason=event["reason"],
        failure_message=event["message"],
        failure_traceback=event["traceback"],
        failure_case=event["case"][:100],
        failure_seed=event["seed"] if event["case"] else None,
    )
    for run in ended:
        notices.announce(run)


def waited(event: Mapping[str, Any]) -> bool:
    """Whether a method reached its wall time while it worked, as on a busy machine: it did not just sleep."""
    exceeded = event.get("exceeded", {})
    is_wall = exceeded.get("limit") == "wall seconds"
    return bool(is_wall and exceeded.get("cpu_seconds", 0.0) >= ASLEEP * exceeded["used"])


@shared_task(autoretry_for=(Exception,), retry_kwargs={"max_retries": 30, "countdown": 2})
def worker_lost(task_id: str, run: int, attempt: int) -> None:
    """Celery's word that a worker died under a run."""
    give_back(run, attempt, reason="the worker that ran it died")


def give_back(run: int, attempt: int, *, reason: str) -> bool:
    """Take an open run from whoever had it. False when it ended, or has another attempt, already."""
    with logs.about(run=run, attempt=attempt):
        with transaction.atomic():
            # Written before it is read, so that of two such words only one gets past.
            if not Run.objects.open().filter(pk=run, attempt=attempt).update(lease_until=None):
                return False
            start_over(Run.objects.open().filter(pk=run, attempt=attempt), ours("internal", reason))
            Change.note_runs(Run.everything.get(pk=run).task)
        release()
        return True


def start_over(mine: RunQuerySet, failure: Mapping[str, Any], *, pause: timedelta = timedelta(0)) -> None:
    """Queue a run again under a new attempt, or give up after the third crash. Never the author's fault."""
    log.warning("the attempt is lost: %s", failure["message"])
    mine.update(crashes=F("crashes") + 1)
    if mine.get().crashes < Run.MAX_CRASHES:
        requeue(mine, reason=failure["message"], pause=pause)
    else:
        message = f"We gave up after {Run.MAX_CRASHES} tries. The last word: {failure['message']}"
        fail(mine, {**failure, "message": message})


def requeue(mine: RunQuerySet, *, reason: str, pause: timedelta = timedelta(0)) -> None:
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
        not_before=timezone.now() + pause if pause else None,
        lease_until=None,
        started=None,
        plays_done=0,
        left_out={},
        progress={},
        log="",
        failure_message=reason,
    )


@shared_task(soft_time_limit=TELLING, ignore_result=True)
def notify(run: int) -> None:
    """Tell its author that a run has ended. Cut off where somebody's machine answers by drops."""
    ended = Run.objects.select_related("submission__author").filter(pk=run).first()
    if ended is not None:
        try:
            notices.tell(ended)
        except SoftTimeLimitExceeded:
            log.warning("run %s: its author could not be told within %s s", run, TELLING)


@shared_task(time_limit=MAKING, ignore_result=True)
def recast(recast: int, task: str, query: str) -> None:
    """Make a view of a board for those who wait for it."""
    views.make(recast, task, query)


@shared_task(time_limit=MAKING, ignore_result=True)
def prepare(task: str) -> None:
    """Make what pages will show of a task that has changed, before somebody asks for it."""
    card = catalogue.task(task)
    around.prepare(card)
    for board in card.boards.values():
        exports.whole_csv(board)


@shared_task
def rerun_scheduled(schedule: int) -> None:
    """Queue the reruns of a schedule, once each time that it is due, however often this is sent.

    A submission whose rerun still waits or runs is left alone.
    """
    with transaction.atomic():
        plan = RerunSchedule.objects.filter(pk=schedule).first()
        if plan is None or not plan.take_turn():  # deleted or paused since beat sent this, or the sweep was first
            return
        rerun_turn(plan)


@shared_task
def sweep() -> None:
    """Bring back runs that nobody hears of, whose message vanished, or that were never released or placed; and missed schedules."""
    now = timezone.now()
    removed = Run.everything.open().exclude(pk__in=Run.objects.open())
    fail(removed, ours("refused", "Its task is no longer on this site."))
    for run in Run.objects.filter(status=Run.Status.RUNNING).filter(Q(lease_until__lt=now) | Q(lease_until=None)):
        give_back(run.pk, run.attempt, reason=f"nothing was heard of it for {int(LEASE.total_seconds())} s")
    for run in Run.objects.filter(is_placed=False, ended__lt=now - CUT_OFF):
        place(run.pk)
    for plan in RerunSchedule.objects.filter(is_paused=False).select_related("crontab"):
        if plan.is_due:  # a clock that was killed may have missed it
            rerun_scheduled(plan.pk)
    try:
        bring_back(Run.objects.filter(status=Run.Status.QUEUED, released__lt=now - PATIENCE))
    except redis.exceptions.RedisError:
        log.warning("the broker is away: lost messages are looked for later")
    release()


def bring_back(released: RunQuerySet) -> None:
    """Queue anew what waits for a message that is lost, or for a worker that is gone where others are there.

    Raises redis.exceptions.RedisError.
    """
    queues = living_queues()
    for run in released:
        if queues and not queues[run.queue]:
            reason = f"no worker takes runs of the queue {run.queue}"
        elif is_message_lost(run):
            reason = "its message was lost"
        else:
            continue
        log.warning("run %s, attempt %s: %s", run.pk, run.attempt, reason)
        mine = Run.objects.filter(pk=run.pk, attempt=run.attempt, status=Run.Status.QUEUED)
        if mine.exists():
            requeue(mine, reason=reason)


def is_message_lost(run: Run) -> bool:
    """Whether a released run is neither in its queue nor in the hands of a worker that was heard to begin."""
    if task_id(run.pk, run.attempt) in deliveries.waiting_ids(run.queue):
        return False
    began = deliveries.began(run.pk, run.attempt)
    return began is None or began > LEASE.total_seconds()


@shared_task
def renew_open_data() -> None:
    """Write the files of the boards that changed."""
    if OpenData.is_behind():
        in_a_process("open_data")


@shared_task
def check_boards() -> None:
    """Nightly: rank every board again from the file that anybody can download; say which land where they can't."""
    in_a_process("open_data", "--check")


def in_a_process(*command: str) -> None:
    """A management command whose libraries and memory this process is not to keep."""
    subprocess.run([sys.executable, "-m", "django", *command], cwd=settings.BASE_DIR, check=True)
