"""Taking back: an entry from its board, and an account from the site. What was measured stays for the record."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from leaderboard.boards import standings, writing
from leaderboard.models import DELETED, Change, Deed, Notices, Pseudonym, Quota, Run, Submission
from leaderboard.running.runs import cancel
from leaderboard.submitting import quota
from leaderboard.submitting.rights import check_may_change


def withdraw(submission: Submission, user: Any) -> None:
    """Take an entry off boards, search and author page, and end its open runs. Raises PermissionDenied."""
    check_may_change(user, submission)
    if submission.is_house:
        raise PermissionDenied("Methods of the house come with their boards.")
    with transaction.atomic():
        writing.hold(*submission.card.boards.values())
        Submission.objects.filter(pk=submission.pk, withdrawn=None).update(withdrawn=timezone.now(), superseded=True)
        Deed.note(user, "withdrew", submission)
        cancel_open(submission=submission)
        for board in submission.card.boards.values():
            standings.rebuild(board)


def delete_submissions(submissions: QuerySet[Submission], user: Any) -> None:
    """Delete entries with all that was measured of them, for good; the log of deeds keeps their names."""
    with transaction.atomic():
        entries = list(submissions)
        boards = {board for entry in entries for board in entry.card.boards.values()}
        writing.hold(*boards)
        Deed.note(user, "deleted", *entries)
        cancel_open(submission__in=entries)
        for entry in entries:
            entry.delete()
        for board in boards:
            standings.rebuild(board)


def delete_account(user: Any) -> None:
    """Forget who somebody is: what they sent stays, as a deleted user's. Raises PermissionDenied for the only administrator."""
    others = get_user_model().objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    if user.is_superuser and not others.exists():
        raise PermissionDenied("You are the only administrator: make another one first.")
    with transaction.atomic():
        quota.hold(user)
        cancel_open(submission__author=user)
        Change.note(*Submission.everything.filter(author=user).values_list("task", flat=True))
        user.api_tokens.all().delete()
        for private in (EmailAddress, SocialAccount, Authenticator, Notices, Pseudonym, Quota):
            private.objects.filter(user=user).delete()
        user.groups.clear()
        user.user_permissions.clear()
        user.username = f"{DELETED} {user.pk}"
        user.email = user.first_name = user.last_name = ""
        user.is_active = user.is_staff = user.is_superuser = False
        user.set_unusable_password()
        user.save()
        Deed.note(user, "deleted the account", user)


def cancel_open(**which: Any) -> None:
    """End open runs. Their rows are taken first and then the numbers of their tasks, each in one order, as by who records:
    two transactions never wait for each other."""
    runs = Run.objects.open().filter(**which).order_by("pk")
    if connection.features.has_select_for_update:
        runs = runs.select_for_update(of=("self",))
    found = list(runs)
    Change.note_runs(*(run.task for run in found))
    for run in found:
        cancel(run)
