"""What administrators do: rerun, cancel, disqualify, schedule."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest

from leaderboard import boards
from leaderboard.models import ApiToken, DriftFlag, RerunSchedule, Run, Standing, Submission
from leaderboard.runs import cancel, rerun
from papers import catalogue
from papers.task import TIERS, Tier

admin.site.site_header = admin.site.site_title = "Claimcheck"


def queue_reruns(request: HttpRequest, submissions: QuerySet[Submission], tier: Tier) -> int:
    """Queue one rerun of each submission; those of removed tasks are left out."""
    known = submissions.filter(task__in=catalogue.all_tasks()).distinct()
    for submission in known:
        rerun(submission, tier=tier, why="rerun by an administrator", requester=request.user)
    return known.count()


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Submission)
class SubmissionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "task", "author", "kind", "is_house", "superseded", "disqualified", "created")
    list_filter = ("task", "is_house", "kind", "superseded")
    search_fields = ("name", "author__username", "code_sha256")
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    readonly_fields = ("task", "author", "is_house", "house_slug", "code_sha256", "created", "superseded")
    actions = ("rerun_quick", "rerun_full", "rerun_board", "rerun_stale")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Submission, form: Any, change: bool) -> None:
        """A disqualification, or its end, shows on the boards at once."""
        super().save_model(request, obj, form, change)
        if "disqualified" in form.changed_data:
            for tier in TIERS:
                boards.rebuild(obj.task, tier)

    @admin.action(description="Rerun (quick tier)")
    def rerun_quick(self, request: HttpRequest, queryset: QuerySet[Submission]) -> None:
        messages.success(request, f"{queue_reruns(request, queryset, 'quick')} reruns queued")

    @admin.action(description="Rerun (full tier)")
    def rerun_full(self, request: HttpRequest, queryset: QuerySet[Submission]) -> None:
        messages.success(request, f"{queue_reruns(request, queryset, 'full')} reruns queued")

    @admin.action(description="Rerun everything on these submissions' boards (quick tier)")
    def rerun_board(self, request: HttpRequest, queryset: QuerySet[Submission]) -> None:
        on_boards = Submission.objects.filter(
            task__in=queryset.values("task"), standings__tier="quick", disqualified="", superseded=False
        )
        messages.success(request, f"{queue_reruns(request, on_boards, 'quick')} reruns queued")

    @admin.action(description="Rerun what has only runs of an older task version (quick tier)")
    def rerun_stale(self, request: HttpRequest, queryset: QuerySet[Submission]) -> None:
        queued = 0
        for slug, card in catalogue.all_tasks().items():
            current = Run.objects.filter(task=slug, tier="quick", task_version=card.version).values("submission")
            stale = queryset.filter(task=slug, superseded=False, disqualified="").exclude(pk__in=current)
            queued += queue_reruns(request, stale, "quick")
        messages.success(request, f"{queued} reruns queued")


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
        queued = 0
        for tier in TIERS:
            chosen = Submission.objects.filter(pk__in=queryset.filter(tier=tier).values("submission"))
            queued += queue_reruns(request, chosen, tier)
        messages.success(request, f"{queued} reruns queued")

    @admin.action(description="Cancel these runs", permissions=["view"])
    def cancel_these(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        messages.success(request, f"{sum(map(cancel, queryset))} runs cancelled")


@admin.register(Standing)
class StandingAdmin(ReadOnly):
    list_display = ("task", "tier", "rank", "submission", "value", "low", "high", "run")
    list_filter = ("task", "tier")
    list_select_related = ("submission", "run")


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnly):
    list_display = ("name", "user", "created", "last_used")
    fields = ("name", "user", "created", "last_used")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


@admin.register(DriftFlag)
class DriftFlagAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("run", "reference", "created", "explanation")
    readonly_fields = ("run", "reference", "shifts", "environment", "created")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


class RerunScheduleForm(forms.ModelForm):  # type: ignore[type-arg]
    tasks = forms.MultipleChoiceField(required=False, help_text="Everything that stands on these boards.")

    class Meta:
        model = RerunSchedule
        fields = ["name", "tier", "tasks", "submissions", "crontab", "is_paused"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(slug, card.title) for slug, card in catalogue.all_tasks().items()]
        self.fields["tasks"].choices = choices  # type: ignore[attr-defined]  # a MultipleChoiceField


@admin.register(RerunSchedule)
class RerunScheduleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = RerunScheduleForm
    list_display = ("name", "tier", "crontab", "is_paused", "last_time", "next_time")
    filter_horizontal = ("submissions",)
