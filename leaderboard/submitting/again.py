"""Running a submission again, and ending a run: one rule, whoever asks and by whichever way."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from leaderboard.models import Deed, Run, Submission
from leaderboard.running.runs import cancel, rerun, start_run
from leaderboard.submitting.quota import take
from leaderboard.submitting.rights import check_may_change


def why_no_more(submission: Submission, user: Any) -> str:
    """Why nobody who may change a submission runs it again, "" where he does."""
    if submission.withdrawn:
        return "It was withdrawn: send it again as a new submission."
    if submission.disqualified and not user.is_staff:
        return f"It is disqualified, so that no run of it counts: {submission.disqualified}"
    return ""


def may_run_again(submission: Submission, user: Any) -> bool:
    return submission.may_change(user) and not why_no_more(submission, user)


def run_again(submission: Submission, *, tier: str, user: Any) -> Run:
    """Queue the same code again: for its author within the quota, for staff always, behind what people submit.

    Raises PermissionDenied, QuotaUsed, and KeyError for a tier that the task does not have.
    """
    check_may_change(user, submission)
    if reason := why_no_more(submission, user):
        raise PermissionDenied(reason)
    with transaction.atomic():
        Deed.note(user, f"reran on the {tier} tier", submission)
        if user.is_staff:
            return rerun(submission, tier=tier, why="rerun by an administrator", requester=user)
        take(user)
        return start_run(submission, tier=tier, why="run again by its author", requester=user)


def stop(run: Run, user: Any) -> bool:
    """Cancel a run. False where it had ended already. Raises PermissionDenied."""
    check_may_change(user, run.submission)
    with transaction.atomic():
        is_cancelled = cancel(run)
        if is_cancelled:
            Deed.note(user, "cancelled", run)
    return is_cancelled
