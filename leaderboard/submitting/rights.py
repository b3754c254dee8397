"""Who may see, read and change what: the one door, for pages and API alike.

Raises Http404 with a sentence for what a user may not see, PermissionDenied with one for what he may see and not do.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404

from leaderboard.models import Run, Submission


def submission_for(user: Any, pk: int) -> Submission:
    """A submission that this user may see, with its author. One query."""
    submission = Submission.objects.visible_to(user).select_related("author__pseudonym").filter(pk=pk).first()
    if submission is None:
        raise Http404(f"There is no submission {pk}.")
    return submission


def run_for(user: Any, pk: int) -> Run:
    """A run of a submission that this user may see, with its submission. One query."""
    run = Run.objects.visible_to(user).select_related("submission").filter(pk=pk).first()
    if run is None:
        raise Http404(f"There is no run {pk}.")
    return run


def check_may_change(user: Any, submission: Submission) -> None:
    if not submission.may_change(user):
        raise PermissionDenied("Only its author may change a submission, run it again or cancel a run of it.")


def check_may_edit(user: Any, submission: Submission) -> None:
    check_may_change(user, submission)
    if submission.is_house or submission.withdrawn:
        raise PermissionDenied("It is one of the house, or withdrawn: it stays as it is.")


def check_may_read(user: Any, submission: Submission) -> None:
    """Of the code, and of what quotes it."""
    if not submission.may_read(user):
        raise PermissionDenied("The author keeps this code private.")


def check_has_code(submission: Submission) -> None:
    if submission.is_oracle:
        raise Http404(f"Submission {submission.pk} has no code: the board makes this row from the truth.")
