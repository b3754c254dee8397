"""Reruns that fire by themselves."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django_celery_beat.admin import CrontabScheduleAdmin
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

from leaderboard.admin.lists import Noted
from leaderboard.models import Deed, RerunSchedule
from leaderboard.models.schedules import occurs
from leaderboard.running.runs import rerun_turn
from papers import catalogue


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
class RerunScheduleAdmin(Noted):
    form = RerunScheduleForm
    list_display = ("name", "tier", "when", "hours", "state", "last_time", "next_three")
    filter_horizontal = ("submissions",)
    readonly_fields = ("when", "next_three")
    actions = ("run_now", "pause", "resume")

    @admin.display(description="In words")
    def when(self, schedule: RerunSchedule) -> str:
        return schedule.crontab.human_readable if schedule.pk else "–"

    def state_of(self, schedule: RerunSchedule) -> str:
        return f"{schedule.tier}, {self.when(schedule)}, {self.state(schedule)}"

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

    @admin.action(description="Run now, beside its times", permissions=["change"])
    def run_now(self, request: HttpRequest, queryset: QuerySet[RerunSchedule]) -> None:
        with transaction.atomic():
            queued = sum(len(rerun_turn(schedule, request.user)) for schedule in queryset)
            Deed.note(request.user, "ran now", *queryset)
        messages.success(request, f"{queued} rerun{'' if queued == 1 else 's'} queued.")

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
