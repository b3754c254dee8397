"""What those who are concerned reply to a board's verdicts."""

from typing import Any

from django.utils.safestring import SafeString

from leaderboard.boards import readme
from leaderboard.models import Comment, Submission
from papers.task import Task


def replies(task: Task, user: Any) -> list[tuple[Comment, SafeString]]:
    """What this user may read, each with its HTML: what is pinned first. One query."""
    return [(one, readme.html_of_reply(one.text)) for one in Comment.objects.of_task(task.slug).visible_to(user)]


def roles_of(user: Any, task: Task) -> list[tuple[str, str]]:
    """As what somebody may write. One query."""
    roles = [Comment.Role.PAPER]
    if Submission.objects.filter(task=task.slug, author=user.pk, withdrawn=None).exists():
        roles.append(Comment.Role.METHOD)
    if user.is_staff:
        roles.append(Comment.Role.SITE)
    return [(role.value, role.label) for role in roles]
