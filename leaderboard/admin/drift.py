"""Reruns that moved: by how much, what differs, and why."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from leaderboard.models import Change, Deed, DriftFlag
from leaderboard.running.reruns import in_words


class Settled(admin.SimpleListFilter):
    """Whether somebody has said why."""

    title, parameter_name = "state", "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "waits for an explanation"), ("explained", "explained")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DriftFlag]) -> QuerySet[DriftFlag]:
        if self.value() is None:
            return queryset
        return queryset.filter(explanation="") if self.value() == "open" else queryset.exclude(explanation="")


@admin.register(DriftFlag)
class DriftFlagAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """An explanation settles a flag."""

    list_display = ("run", "submission", "task", "reference", "largest", "created", "state")
    list_filter = (Settled, "run__task", "run__tier")
    list_select_related = ("run__submission", "reference")
    fields = ("submission", "run", "reference", "created", "numbers", "differences", "explanation")
    readonly_fields = ("submission", "run", "reference", "created", "numbers", "differences")

    def save_model(self, request: HttpRequest, obj: DriftFlag, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        Change.note(obj.run.task)
        if "explanation" in form.changed_data:
            Deed.note(request.user, f"explained: {obj.explanation}" if obj.explanation else "opened again", obj)

    @admin.display(ordering="run__task")
    def task(self, flag: DriftFlag) -> str:
        return f"{flag.run.board.task.title}, {flag.run.tier}"

    @admin.display(ordering="explanation")
    def state(self, flag: DriftFlag) -> str:
        return f"explained: {flag.explanation}" if flag.explanation else "waits for an explanation"

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
