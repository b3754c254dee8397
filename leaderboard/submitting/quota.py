"""How much an author may still submit. Failures of ours cost nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from leaderboard.models import Quota, Run

DAY = timedelta(hours=24)
LATE = 2  # of an author's runs in 24 hours that may reach their wall time for nothing, as on a busy machine


@dataclass(frozen=True)
class Allowance:
    """What counts in the last 24 hours, what is open now, and when the next submission is possible."""

    used: int
    failed: int  # of those, by the author's own fault
    limit: int
    open: int
    open_limit: int
    next_at: datetime | None  # None: now, or as soon as an open run ends
    frees_at: datetime | None  # when the oldest of the used ones counts no longer; None where none is used

    @property
    def refusal(self) -> str:
        """Why nothing more can be submitted now, or ""."""
        if not self.limit:
            return "An administrator allows you no runs at present."
        if self.used >= self.limit:
            assert self.next_at
            failed = f" ({self.failed} of them failed)" if self.failed else ""
            return f"{self.used} of {self.limit} runs in 24 hours{failed}, next at {self.next_at:%H:%M} UTC."
        if self.open >= self.open_limit:
            return f"{self.open} runs are waiting or running, the limit is {self.open_limit}: wait until one has ended."
        return ""


def allowance(user: Any) -> Allowance:
    """Count a user's own submissions: finished, failed by the author's own fault, or open. Three queries."""
    recent = Run.objects.filter(submission__author=user, requester=user, queued__gt=timezone.now() - DAY)
    counting = recent.filter(
        Q(status__in=[*Run.OPEN, Run.Status.FINISHED])
        | Q(status=Run.Status.FAILED, failure_whose="author", costs_nothing=False)
        | Q(status=Run.Status.CANCELLED, started__isnull=False)
    )
    rows = list(counting.order_by("queued").values_list("queued", "status"))
    used, (limit, open_limit) = len(rows), Quota.of(user)
    failed = sum(status == Run.Status.FAILED for _, status in rows)
    next_at = rows[used - limit][0] + DAY if limit and used >= limit else None
    open_runs = Run.objects.open().filter(submission__author=user, requester=user).count()
    frees_at = rows[0][0] + DAY if rows else None
    return Allowance(used, failed, limit, open_runs, open_limit, next_at, frees_at)


def may_be_late(user: Any) -> bool:
    """Whether one more of an author's runs may reach its wall time and cost nothing: who waits on purpose gets no more. One
    query."""
    free = Run.objects.filter(submission__author=user, costs_nothing=True, ended__gt=timezone.now() - DAY)
    return free.count() < LATE


class QuotaUsed(Exception):
    """Nothing more can be submitted now; the sentence says why and when again."""


def take(user: Any) -> None:
    """Make sure that a user may start one more run; call it in the transaction that starts it. Raises QuotaUsed."""
    hold(user)
    if refusal := allowance(user).refusal:
        raise QuotaUsed(refusal)


def hold(user: Any) -> None:
    """Make two submissions of one user wait for each other. SQLite's lock does so already."""
    if connection.features.has_select_for_update:
        get_user_model().objects.select_for_update().get(pk=user.pk)
