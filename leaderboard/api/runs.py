"""Runs: their scores, their logs, and how to end them."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from leaderboard.api.access import MISSING, READERS, Bearer, Number, asker
from leaderboard.api.schemas import Cancelled, Failure, Problems, RunOut
from leaderboard.api.tasks import cost_as_json
from leaderboard.models import Run
from leaderboard.submitting import again, rights
from papers import catalogue

router = Router()
PLAIN = (
    "id", "task", "tier", "task_version", "status", "attempt", "why", "queued", "started", "ended", "plays_done",
    "plays_total", "left_out", "device", "isolation", "provenance", "evaluator_seconds",
)  # fmt: skip


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
