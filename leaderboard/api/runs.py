"""Runs: their scores, their logs, and how to end them."""

import time
from collections import OrderedDict
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Router

from leaderboard.api.access import MISSING, READERS, Bearer, Number, asker
from leaderboard.api.schemas import Cancelled, Failure, Problems, RunOut, RunState
from leaderboard.api.tasks import cost_as_json
from leaderboard.boards import flags
from leaderboard.models import Change, Place, Run, Standing
from leaderboard.running.forecast import FRESH, is_overdue, outlook, remaining
from leaderboard.submitting import again, rights
from papers import catalogue
from papers.metrics import Metric

router = Router()
POLLED = 1000  # queued runs whose answers are kept
Asked = tuple[int, int | None, str]  # about which run, by whom, at which address
waiting: OrderedDict[Asked, tuple[str, float, Any, dict[str, Any]]] = (
    OrderedDict()
)  # task, when, of which state, the answer
PLAIN = (
    "id", "task", "tier", "task_version", "status", "attempt", "why", "queued", "started", "ended", "plays_done",
    "plays_total", "left_out", "device", "isolation", "provenance", "evaluator_seconds",
)  # fmt: skip
BRIEF = ("id", "task", "tier", "status", "attempt", "plays_done", "plays_total", "left_out")
TAIL = 40  # lines of a log


@router.get("/{run}", auth=READERS, response=MISSING | {200: RunOut}, summary="One run with every raw score")
def run(request: HttpRequest, run: Number) -> Any:
    """The traceback of private code is for its author."""
    row = rights.run_for(asker(request), run)
    return {
        **{name: getattr(row, name) for name in PLAIN},
        "submission": row.submission_id,
        "progress": row.fraction,
        "failure": failure_as_json(row, may_read=row.submission.may_read(asker(request))),
        "scores": row.scores.exclude(metric__in=catalogue.task(row.task).gives_away),
        "cost": cost_as_json(row),
    }


def failure_as_json(run: Run, *, may_read: bool) -> dict[str, Any] | None:
    if not run.failure_whose:
        return None
    failure = {name: getattr(run, f"failure_{name}") for name in Failure.model_fields}
    return failure if may_read else failure | {"traceback": ""}


@router.get(
    "/{run}/state", auth=READERS, response=MISSING | {200: RunState}, summary="How a run is doing, and its forecast"
)
def run_state(request: HttpRequest, run: Number) -> dict[str, Any]:
    """Ten queries at most, whatever the run; one while it is queued and nothing has changed."""
    key = (run, asker(request).pk, request.get_host())
    task, made, state, answer = waiting.get(key, ("", 0.0, (), {}))
    if task and time.monotonic() < made + FRESH and Change.state_of(task) == state:
        return answer
    waiting.pop(key, None)
    return state_as_json(request, run, key)


def state_as_json(request: HttpRequest, run: int, key: Asked) -> dict[str, Any]:
    """Kept where the run is queued: then nothing of it changes that no change is noted of."""
    made, numbers = (
        time.monotonic(),
        Change.numbers(),
    )  # before the run: what changes meanwhile is seen by whoever asks next
    row = rights.run_for(asker(request), run)
    answer = answer_about(request, row)
    if row.status == Run.Status.QUEUED and settings.PAGE_SECONDS:
        state = tuple((name, numbers[name]) for name in (row.task, row.task + Change.RUNS) if name in numbers)
        waiting[key] = row.task, made, state, answer
        while len(waiting) > POLLED:
            waiting.popitem(last=False)
    return answer


def answer_about(request: HttpRequest, row: Run) -> dict[str, Any]:
    may_read = row.submission.may_read(asker(request))
    standing = Standing.objects.filter(run=row.pk).select_related("submission", "run").first()
    return {
        **{name: getattr(row, name) for name in BRIEF},
        "submission": row.submission_id,
        "name": row.submission.name,
        "url": request.build_absolute_uri(f"{row.submission.get_absolute_url()}?run={row.pk}"),
        "progress": row.fraction,
        "now": row.progress or None,
        "forecast": forecast(row),
        "failure": failure_as_json(row, may_read=may_read),
        "log_tail": "".join(row.log.splitlines(keepends=True)[-TAIL:]) if may_read else "",
        "disqualified": row.submission.disqualified,
        "standing": standing and standing_as_json(standing, catalogue.task(row.task).primary),
    }


def forecast(run: Run) -> dict[str, Any] | None:
    """What an open run waits for; None where it has ended."""
    if not run.is_open:
        return None
    ahead = outlook(run)
    starts_in = ahead.starts_in if run.status == Run.Status.QUEUED else 0.0
    takes = remaining(run, ahead)
    ends_in = None if starts_in is None or takes is None else starts_in + takes
    return {
        "queue": ahead.queue,
        "ahead": ahead.ahead,
        "workers": ahead.workers,
        "starts_in": starts_in,
        "ends_in": ends_in,
        "overdue": ahead.overdue if run.started is None else int(is_overdue(run, ahead)),
        "hold": ahead.hold,
    }


def standing_as_json(standing: Standing, primary: Metric) -> dict[str, Any]:
    names = ("rank", "rank_low", "rank_high", "value", "low", "high")
    plain: dict[str, Any] = {name: getattr(standing, name) for name in names}
    plain["flags"] = [
        vars(flag) for flag in flags.flags_of(standing.board.task, standing, flags.verdicts_on(standing.board))
    ]
    ranked = Place.objects.filter(task=standing.task, tier=standing.tier, rank__isnull=False).count()
    return plain | {"of": ranked, "metric": primary.name, "label": primary.label}


@router.get(
    "/{run}/log",
    auth=READERS,
    response=MISSING | {200: str, 403: Problems},
    summary="The end of a run's log, as a string; that of private code for its author only",
)
def run_log(request: HttpRequest, run: Number) -> str:
    row = rights.run_for(asker(request), run)
    rights.check_may_read(asker(request), row.submission)
    return row.log


@router.post(
    "/{run}/cancel",
    auth=Bearer(),
    response=MISSING | {200: Cancelled, 401: Problems, 403: Problems},
    summary="Cancel a run of one's own",
)
def cancel_run(request: HttpRequest, run: Number) -> dict[str, bool]:
    row = rights.run_for(asker(request), run)
    return {"cancelled": again.stop(row, asker(request))}
