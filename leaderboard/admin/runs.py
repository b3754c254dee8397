"""Runs and where they stand: rerun, cancel."""

from collections import Counter

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from leaderboard.admin.lists import ReadOnly
from leaderboard.admin.submissions import queue_reruns, tell_queued
from leaderboard.models import Run, Standing, Submission
from leaderboard.submitting import again
from papers.task import TIERS


@admin.register(Run)
class RunAdmin(ReadOnly):
    list_display = (
        "id",
        "submission",
        "task",
        "tier",
        "status",
        "attempt",
        "why",
        "device",
        "isolation",
        "queued",
        "ended",
    )
    list_filter = ("status", "task", "tier", "failure_whose", "device")
    list_select_related = ("submission",)
    search_fields = ("submission__name", "submission__author__username")
    actions = ("rerun_these", "cancel_these")

    @admin.action(description="Rerun the submissions of these runs", permissions=["view"])
    def rerun_these(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        told: Counter[str] = Counter()
        for tier in TIERS:
            chosen = Submission.objects.filter(pk__in=queryset.filter(tier=tier).values("submission"))
            told += queue_reruns(request, chosen, tier)
        tell_queued(request, told)

    @admin.action(description="Cancel these runs", permissions=["view"])
    def cancel_these(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        cancelled = [run for run in queryset if again.stop(run, request.user)]
        messages.success(request, f"{len(cancelled)} runs cancelled")


@admin.register(Standing)
class StandingAdmin(ReadOnly):
    list_display = ("task", "tier", "rank", "submission", "value", "low", "high", "run")
    list_filter = ("task", "tier")
    list_select_related = ("submission", "run")
