"""Running a submission again: one rule, whoever asks and by whichever way."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from leaderboard.models import Run, Submission
from leaderboard.running.runs import rerun, start_run
from leaderboard.submitting.quota import take
from leaderboard.submitting.rights import check_may_change


def run_again(submission: Submission, *, tier: str, user: Any) -> Run:
    """Queue the same code again: for its author within the quota, for staff always, behind what people submit.

    Raises PermissionDenied, QuotaUsed, and KeyError for a tier that the task does not have.
    """
    check_may_change(user, submission)
    if submission.withdrawn:
        raise PermissionDenied("It was withdrawn: send it again as a new submission.")
    if user.is_staff:
        return rerun(submission, tier=tier, why="rerun by an administrator", requester=user)
    with transaction.atomic():
        take(user)
        return start_run(submission, tier=tier, why="run again by its author", requester=user)
