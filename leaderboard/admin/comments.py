"""Replies to verdicts: read, shown, pinned."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from leaderboard.admin.lists import ReadOnly
from leaderboard.models import Change, Comment, Deed


class Waiting(admin.SimpleListFilter):
    """Whether somebody has read them."""

    title, parameter_name = "state", "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", "waits to be read"), ("shown", "shown")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Comment]) -> QuerySet[Comment]:
        return queryset if self.value() is None else queryset.filter(shown__isnull=self.value() == "waiting")


@admin.register(Comment)
class CommentAdmin(ReadOnly):
    """Replies to verdicts: shown once somebody has read them here."""

    list_display = ("text", "task", "author", "role", "created", "state")
    list_filter = (Waiting, "task", "role", "is_pinned")
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
