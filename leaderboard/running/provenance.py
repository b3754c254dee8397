"""The card that says what a run's scores depend on, and the command that repeats it."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from leaderboard.models import Run


def card(run: Run) -> dict[str, Any]:
    """Everything that a run's scores depend on. Reads submission: select it first."""
    code = run.submission
    return {
        "site": settings.SITE_URL,
        "run": run.pk,
        "submission": code.pk,
        "method": code.name,
        "status": run.status,
        "attempt": run.attempt,
        "why": run.why,
        "queued": run.queued,
        "ended": run.ended,
        **run.provenance,
        "left_out": run.left_out,
        "code": code_address(run) or why_no_code(run),
        "scores": settings.SITE_URL + reverse("api-1:run", args=[run.pk]),
        "command": command(run),
    }


def code_address(run: Run) -> str:
    """Where everybody may fetch the code, or ""."""
    if why_no_code(run):
        return ""
    return settings.SITE_URL + reverse("submission_code", args=[run.submission_id])


def why_no_code(run: Run) -> str:
    """Why nobody may fetch the code, or ""."""
    if run.submission.is_oracle:
        return "none: the board makes this row from the truth"
    is_public = run.submission.code_is_public or run.submission.is_house
    return "" if is_public else "kept private by its author"


def command(run: Run) -> str:
    """One line that fetches the code and plays the same cases with public seeds; without the fetching for private code.

    "" for an oracle, which has no code to fetch.
    """
    if run.submission.is_oracle:
        return ""
    play = run.provenance.get("command", f"claimcheck run {run.task} method.py --tier {run.tier}")
    address = code_address(run)
    return f"curl -fsS {address} -o method.py && {play}" if address else play
