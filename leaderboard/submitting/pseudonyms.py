"""By which name others know an author: the own one, or a pseudonym until the author chooses otherwise."""

from typing import Any

from django.db import transaction

from leaderboard.models import Change, Comment, Pseudonym, Submission
from leaderboard.submitting import quota


def choose(user: Any, *, is_hidden: bool) -> str:
    """Show an author by a pseudonym, or by name; returns what others call the author now."""
    with transaction.atomic():
        quota.hold(user)
        name = Pseudonym.give(user).name if is_hidden else user.get_username()
        if not is_hidden:
            Pseudonym.objects.filter(user=user).delete()
        Change.note(*tasks_of(user))
    return str(name)


def tasks_of(user: Any) -> list[str]:
    """Whose pages show the name. Two queries."""
    sent = Submission.everything.filter(author=user).values_list("task", flat=True)
    said = Comment.objects.filter(author=user).values_list("task", flat=True)
    return [*sent, *said]
