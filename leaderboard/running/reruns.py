"""What a rerun shows: whether scores drifted, and what differs in the environment."""

import logging
from collections import defaultdict
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.mail import mail_admins
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from leaderboard.models import DriftFlag, Run, Score, Submission
from leaderboard.running import drift
from leaderboard.running.runs import seed_key
from papers import catalogue
from papers.task import Board
from runners.job import commitment

log = logging.getLogger(__name__)

ENVIRONMENT = ("libraries", "data", "device_name", "machine", "isolation", "threads", "seed_commitment")


def stale_submissions(board: Board) -> QuerySet[Submission]:
    """Submissions that finished under an older version of the task, with no run of the present one to expect."""
    version = board.task.version
    runs = Run.objects.of_board(board).filter(submission=OuterRef("pk"))
    older = runs.filter(task_version__lt=version, status=Run.Status.FINISHED)
    present = runs.filter(task_version=version).exclude(status=Run.Status.CANCELLED).exclude(failure_whose="ours")
    return Submission.objects.in_the_running().filter(Exists(older), ~Exists(present), task=board.task.slug)


def drawn_elsewhere() -> list[str]:
    """Tasks whose latest results, of their present version, come from the seeds of another SEED_SECRET. A query for each board."""
    told = []
    for board in catalogue.all_boards():
        finished = Run.objects.of_board(board).filter(task_version=board.task.version, status=Run.Status.FINISHED)
        last = finished.order_by("-ended", "-pk").first()
        own = commitment(seed_key(board, board.task.version))
        if last and last.provenance.get("seed_commitment", own) != own:
            told.append(f"{board.task.slug} ({board.tier.name})")
    return told


def check_drift(run: Run) -> DriftFlag | None:
    """Compare a finished run with the ones before it under the same version of the task; flag what moved."""
    earlier = list(
        Run.objects.filter(
            submission=run.submission_id, tier=run.tier, task_version=run.task_version, status=Run.Status.FINISHED
        )
        .exclude(pk=run.pk)
        .order_by("-ended", "-pk")[:2]
    )
    if not earlier:
        return None
    before, after = scores_of(earlier[0]), scores_of(run)
    changed = differences(earlier[0], run)
    repeats = not changed and len(earlier) == 2 and not differences(*earlier) and scores_of(earlier[1]) == before
    shifts = drift.shifts(before, after, repeats_exactly=repeats)
    if not shifts:
        return None
    flag = DriftFlag.objects.create(
        run=run, reference=earlier[0], shifts=[asdict(shift) for shift in shifts], environment=changed
    )
    transaction.on_commit(lambda: announce_drift(flag))
    return flag


def scores_of(run: Run) -> drift.Scores:
    """All scores of a run but timings. One query."""
    timings = {metric.name for metric in catalogue.task(run.task).metrics if metric.timing}
    scores: drift.Scores = defaultdict(dict)
    rows = Score.objects.filter(run=run).exclude(metric__in=timings)
    for metric, case, seed, value in rows.values_list("metric", "case", "seed", "value"):
        scores[metric, case][seed] = value
    return dict(scores)


def differences(before: Run, after: Run) -> dict[str, list[Any]]:
    """What the two runs' environments don't share: {"libraries.torch": ["2.12.0", "2.13.0"]}."""
    old, new = environment_of(before.provenance), environment_of(after.provenance)
    return {
        key: [old.get(key), new.get(key)] for key in sorted(old.keys() | new.keys()) if old.get(key) != new.get(key)
    }


def environment_of(provenance: dict[str, Any]) -> dict[str, Any]:
    """What scores may depend on beside the code: {"libraries.torch": "2.12.0"}."""
    parts: dict[str, Any] = {}
    for key in ENVIRONMENT:
        value = provenance.get(key)
        parts |= {f"{key}.{name}": item for name, item in value.items()} if isinstance(value, dict) else {key: value}
    return parts


def announce_drift(flag: DriftFlag) -> None:
    """Log a flag, and mail it to ADMINS."""
    address = settings.SITE_URL + flag.run.submission.get_absolute_url()
    head = f"{flag.run.submission}, run {flag.run_id} against run {flag.reference_id}: {address}?run={flag.run_id}"
    moved = [
        f"{s['metric']} on {s['case']}: {in_words(s['before'])} before, {in_words(s['after'])} now" for s in flag.shifts
    ]
    changed = [f"{name}: {old} before, {new} now" for name, (old, new) in flag.environment.items()]
    lines = [head, *moved[:20], "The environments differ:" if changed else "The environments are the same.", *changed]
    text = "\n".join(lines)
    log.error("drift: %s", text)
    mail_admins("A rerun gave other scores", text, fail_silently=True)


def in_words(value: float | None) -> str:
    return "no score" if value is None else f"{value:.6g}"
