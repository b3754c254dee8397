"""What administrators do: rerun, cancel, disqualify, schedule."""

from datetime import UTC, datetime
from typing import Any

import redis
from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django_celery_beat.admin import CrontabScheduleAdmin
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

from leaderboard.boards import standings
from leaderboard.models import ApiToken, Change, Comment, Deed, DriftFlag, RerunSchedule, Run, Standing, Submission
from leaderboard.models.schedules import occurs
from leaderboard.running.reruns import in_words, stale_submissions
from leaderboard.running.runs import rerun
from leaderboard.submitting import again
from leaderboard.submitting.leaving import delete_account, delete_submissions
from papers import catalogue
from papers.task import TIERS
from runners import presence


def queue_reruns(request: HttpRequest, submissions: QuerySet[Submission], tier: str) -> int:
    """Queue one rerun of each submission."""
    chosen = list(submissions.distinct())
    for submission in chosen:
        rerun(submission, tier=tier, why="rerun by an administrator", requester=request.user)
    Deed.note(request.user, f"reran on the {tier} tier", *chosen)
    return len(chosen)


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Submission)
class SubmissionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "task", "whose", "kind", "state", "created")
    list_filter = ("task", "is_house", "kind", "superseded")
    search_fields = ("name", "author__username", "code_sha256")
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    readonly_fields = ("task", "author", "is_house", "house_slug", "code_sha256", "created", "superseded")
    actions = ("rerun_quick", "rerun_full", "rerun_board", "rerun_stale")
    list_select_related = ("author",)

    @admin.display(description="Author", ordering="author__username")
    def whose(self, submission: Submission) -> str:
        return submission.author_name

    @admin.display
    def state(self, submission: Submission) -> str:
        """In words: a red cross would stand for good news."""
        if submission.disqualified:
            return f"disqualified: {submission.disqualified}"
        if submission.withdrawn:
            return "withdrawn"
        return "superseded" if submission.superseded else "in the running"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Submission, form: Any, change: bool) -> None:
        """A disqualification, or its end, shows on the boards at once."""
        standings.hold(*obj.card.boards.values())
        super().save_model(request, obj, form, change)
        Change.note(obj.task)
        if "disqualified" in form.changed_data:
            Deed.note(request.user, f"disqualified: {obj.disqualified}" if obj.disqualified else "readmitted", obj)
            for board in obj.card.boards.values():
                standings.rebuild(board)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, ...]:
        """Whoever may delete a submission may delete what hangs on it: runs, scores, reports."""
        deleted, counts, _, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, set(), protected

    def delete_model(self, request: HttpRequest, obj: Submission) -> None:
        self.delete_queryset(request, Submission.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> None:
        delete_submissions(queryset, request.user)

    @admin.action(description="Rerun (quick tier)")
    def rerun_quick(self, request: HttpRequest, queryset: QuerySet[Submission]) -> None:
        messages.success(request, f"{queue_reruns(request, queryset, 'quick')} reruns queued")

    @admin.action(description="Rerun (full tier)")
    def rerun_full(self, request: HttpRequest, queryset: QuerySet[Submission]) -> None:
        messages.success(request, f"{queue_reruns(request, queryset, 'full')} reruns queued")

    @admin.action(description="Rerun all of these submissions' tasks: everything on their boards")
    def rerun_board(self, request: HttpRequest, queryset: QuerySet[Submission]) -> None:
        queued = 0
        for tier in TIERS:
            standing = Submission.objects.in_the_running().filter(
                task__in=queryset.values("task"), standings__tier=tier
            )
            queued += queue_reruns(request, standing, tier)
        messages.success(request, f"{queued} reruns queued")

    @admin.action(description="Rerun stale: those with runs of an older task version only")
    def rerun_stale(self, request: HttpRequest, queryset: QuerySet[Submission]) -> None:
        queued = 0
        for board in catalogue.all_boards():
            chosen = stale_submissions(board).filter(pk__in=queryset.values("pk"))
            queued += queue_reruns(request, chosen, board.tier.name)
        messages.success(request, f"{queued} reruns queued")


class PeopleAdmin(UserAdmin):  # type: ignore[type-arg]
    """An account is deleted as its owner would delete it: what was measured stays."""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, ...]:
        deleted = [f"{user}: the account; entries stay as a deleted user's" for user in objs]
        return deleted, {"accounts": len(deleted)}, set(), []

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        Deed.note(request.user, "deleted", obj)
        delete_account(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for user in queryset:
            self.delete_model(request, user)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        Change.note(*Submission.everything.filter(author=obj).values_list("task", flat=True))


admin.site.unregister(get_user_model())
admin.site.register(get_user_model(), PeopleAdmin)


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
        cancelled = [run for run in queryset if again.stop(run, request.user)]
        messages.success(request, f"{len(cancelled)} runs cancelled")


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

    def delete_model(self, request: HttpRequest, obj: ApiToken) -> None:
        Deed.note(request.user, f"revoked a token of {obj.user}", obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        for token in queryset:
            self.delete_model(request, token)


@admin.register(Comment)
class CommentAdmin(ReadOnly):
    """Replies to verdicts: shown once somebody has read them here."""

    list_display = ("text", "task", "author", "role", "created", "state")
    list_filter = ("task", "role", "is_pinned")
    list_select_related = ("author",)
    fields = ("task", "author", "role", "text", "created", "shown", "is_pinned")
    actions = ("show_them", "hide_them", "pin", "unpin")

    @admin.display
    def state(self, comment: Comment) -> str:
        return "waits to be read" if not comment.shown else "pinned" if comment.is_pinned else "shown"

    @admin.action(description="Show to everybody", permissions=["view"])
    def show_them(self, request: HttpRequest, queryset: QuerySet[Comment]) -> None:
        self.change(request, queryset, "showed", shown=timezone.now())

    @admin.action(description="Hide", permissions=["view"])
    def hide_them(self, request: HttpRequest, queryset: QuerySet[Comment]) -> None:
        self.change(request, queryset, "hid", shown=None, is_pinned=False)

    @admin.action(description="Show and pin to the top", permissions=["view"])
    def pin(self, request: HttpRequest, queryset: QuerySet[Comment]) -> None:
        self.change(request, queryset, "pinned", shown=timezone.now(), is_pinned=True)

    @admin.action(description="Unpin", permissions=["view"])
    def unpin(self, request: HttpRequest, queryset: QuerySet[Comment]) -> None:
        self.change(request, queryset, "unpinned", is_pinned=False)

    def change(self, request: HttpRequest, comments: QuerySet[Comment], deed: str, **fields: Any) -> None:
        chosen = list(comments)
        with transaction.atomic():
            Comment.objects.filter(pk__in=[comment.pk for comment in chosen]).update(**fields)
            Change.note(*(comment.task for comment in chosen))
            Deed.note(request.user, deed, *chosen)
        messages.success(request, f"{len(chosen)} comments {deed}")


@admin.register(Deed)
class DeedAdmin(ReadOnly):
    list_display = ("at", "user", "what", "about")
    list_select_related = ("user",)
    search_fields = ("user__username", "what", "about")


@admin.register(DriftFlag)
class DriftFlagAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("run", "submission", "reference", "largest", "created", "explanation")
    list_select_related = ("run__submission", "reference")
    fields = ("submission", "run", "reference", "created", "numbers", "differences", "explanation")
    readonly_fields = ("submission", "run", "reference", "created", "numbers", "differences")

    def save_model(self, request: HttpRequest, obj: DriftFlag, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        Change.note(obj.run.task)

    @admin.display
    def submission(self, flag: DriftFlag) -> SafeString:
        address = f"{flag.run.submission.get_absolute_url()}?run={flag.run_id}"
        return format_html('<a href="{}">{}</a>', address, flag.run.submission)

    @admin.display(description="Most surprising")
    def largest(self, flag: DriftFlag) -> str:
        shift = flag.shifts[0]
        return f"{shift['metric']} on {shift['case']}: {in_words(shift['before'])} → {in_words(shift['after'])}"

    @admin.display
    def numbers(self, flag: DriftFlag) -> SafeString:
        rows = [
            (s["metric"], s["case"], in_words(s["before"]), in_words(s["after"]), f"{s['p']:.1e}") for s in flag.shifts
        ]
        return table(("metric", "case", "before", "after", "p"), rows)

    @admin.display(description="What differs in the environment")
    def differences(self, flag: DriftFlag) -> SafeString | str:
        rows = [(name, *pair) for name, pair in flag.environment.items()]
        return table(("", "before", "after"), rows) if rows else "Nothing: the environments are the same."

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


def table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> SafeString:
    cells = format_html_join("", "<th>{}</th>", ((name,) for name in head))
    lines = [(format_html_join("", "<td>{}</td>", ((value,) for value in row)),) for row in rows]
    return format_html("<table><tr>{}</tr>{}</table>", cells, format_html_join("", "<tr>{}</tr>", lines))


def occurring(crontab: CrontabSchedule) -> CrontabSchedule:
    """Raises ValidationError for a time that never comes."""
    if not occurs(crontab):
        raise forms.ValidationError("This never happens: there is no such day in any of these months.")
    return crontab


class CrontabForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = CrontabSchedule
        fields = ["minute", "hour", "day_of_month", "month_of_year", "day_of_week", "timezone"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            occurring(CrontabSchedule(**cleaned))
        return cleaned


# Celery's own tables stay out of sight: a schedule of reruns is all that is set here, with its crontab.
admin.site.unregister([ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule])


@admin.register(CrontabSchedule)
class OccurringCrontabAdmin(CrontabScheduleAdmin):  # type: ignore[misc]
    """Reached from a schedule of reruns; on no list of tables."""

    form = CrontabForm

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False


class RerunScheduleForm(forms.ModelForm):  # type: ignore[type-arg]
    tasks = forms.MultipleChoiceField(required=False, help_text="Everything that stands on these boards.")

    class Meta:
        model = RerunSchedule
        fields = ["name", "tier", "tasks", "submissions", "crontab", "hours", "is_paused"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(slug, card.title) for slug, card in catalogue.all_tasks().items()]
        self.fields["tasks"].choices = choices  # type: ignore[attr-defined]  # a MultipleChoiceField

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = [*cleaned.get("tasks", ()), *(row.task for row in cleaned.get("submissions", ()))]
        if not any(cleaned.get("tier") in catalogue.task(slug).boards for slug in chosen):
            raise forms.ValidationError("This would rerun nothing: choose tasks or submissions that have this tier.")
        return cleaned

    def clean_crontab(self) -> CrontabSchedule:
        return occurring(self.cleaned_data["crontab"])


@admin.register(RerunSchedule)
class RerunScheduleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = RerunScheduleForm
    list_display = ("name", "tier", "when", "hours", "state", "last_time", "next_three")
    filter_horizontal = ("submissions",)
    readonly_fields = ("when", "next_three")
    actions = ("pause", "resume")

    @admin.display(description="In words")
    def when(self, schedule: RerunSchedule) -> str:
        return schedule.crontab.human_readable if schedule.pk else "–"

    @admin.display
    def state(self, schedule: RerunSchedule) -> str:
        return "paused" if schedule.is_paused else "on"

    @admin.display(description="Next three times (UTC)")
    def next_three(self, schedule: RerunSchedule) -> str:
        times = schedule.next_times(3) if schedule.pk else []
        return ", ".join(f"{time:%a %-d %b %H:%M}" for time in times) or "never"

    def save_model(self, request: HttpRequest, obj: RerunSchedule, form: Any, change: bool) -> None:
        if {"crontab", "is_paused"} & set(form.changed_data):
            obj.waits_since = timezone.now()
        super().save_model(request, obj, form, change)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[RerunSchedule]) -> None:
        """One by one: each takes the row along that beat reads."""
        for schedule in queryset:
            self.delete_model(request, schedule)

    def delete_model(self, request: HttpRequest, obj: RerunSchedule) -> None:
        Deed.note(request.user, "deleted", obj)
        obj.delete()

    @admin.action(description="Pause", permissions=["change"])
    def pause(self, request: HttpRequest, queryset: QuerySet[RerunSchedule]) -> None:
        self.switch(request, queryset, is_paused=True)

    @admin.action(description="Resume", permissions=["change"])
    def resume(self, request: HttpRequest, queryset: QuerySet[RerunSchedule]) -> None:
        self.switch(request, queryset, is_paused=False)

    def switch(self, request: HttpRequest, queryset: QuerySet[RerunSchedule], *, is_paused: bool) -> None:
        for schedule in queryset:
            schedule.is_paused = is_paused
            schedule.waits_since = timezone.now()  # what it missed meanwhile is not made up for
            schedule.save()
        Deed.note(request.user, "paused" if is_paused else "resumed", *queryset)
        messages.success(request, f"{len(queryset)} schedules {'paused' if is_paused else 'resumed'}")


def workers_page(request: HttpRequest) -> HttpResponse:
    """Every living worker, with what it evaluates. One query and a look at the broker; staff only, by its URL."""
    try:
        present = presence.present()
    except redis.exceptions.RedisError:
        present = None
    running = Run.objects.select_related("submission").in_bulk([pk for worker in present or () for pk in worker.runs])
    rows = [
        {
            "worker": worker,
            "started": datetime.fromtimestamp(worker.started, UTC),
            "seen": datetime.fromtimestamp(worker.seen, UTC),
            "runs": [running[pk] for pk in worker.runs if pk in running],
        }
        for worker in present or ()
    ]
    context = {**admin.site.each_context(request), "title": "Workers", "is_up": present is not None, "rows": rows}
    return render(request, "admin/workers.html", context)
