"""What a page offers to administrators only."""

from typing import Any

from django import template

from leaderboard.running import reruns
from papers.task import Task

register = template.Library()


@register.inclusion_tag("_stale.html", takes_context=True)
def stale_offer(context: dict[str, Any], card: Task) -> dict[str, Any]:
    """The offer to rerun what a higher version of the task took off its boards. No query but for staff."""
    if not context["user"].is_staff:
        return {"stale": 0}
    stale = sum(reruns.stale_submissions(board).count() for board in card.boards.values())
    return {"stale": stale, "card": card, "csrf_token": context["csrf_token"]}
