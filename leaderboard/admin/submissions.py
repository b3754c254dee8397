"""Submissions: rerun, disqualify, delete."""

from collections import Counter
from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest

from leaderboard.boards import standings, writing
from leaderboard.models import Change, Deed, Run, Submission
from leaderboard.running.reruns import stale_submissions
from leaderboard.running.runs import rerun
from leaderboard.submitting.leaving import delete_submissions
from papers import catalogue
from papers.task import TIERS


def queue_reruns(request: HttpRequest, submissions: QuerySet[Submission], tier: str) -> Counter[str]:
    """Queue one rerun of each submission that has no open run of this tier: how many were "queued", how many "open"."""
    chosen = list(submissions.distinct())
    busy = set(Run.objects.open().filter(tier=tier, submission__in=chosen).values_list("submission", flat=True))
    free = [submission for submission in chosen if submission.pk not in busy]
    for submission in free:
        rerun(submission, tier=tier, why="rerun by an administrator", requester=request.user)
    Deed.note(request.user, f"reran on the {tier} tier", *free)
    return Counter(queued=len(free), open=len(chosen) - len(free))


def tell_queued(request: HttpRequest, told: Counter[str]) -> None:
    queued, busy = told["queued"], told["open"]
    others = f"; {busy} left alone, whose run waits or runs already" if busy else ""
    messages.success(request, f"{queued} rerun{'' if queued == 1 else 's'} queued{others}.")


@admin.register(Submission)
class SubmissionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "task", "whose", "kind", "state", "created")
    list_filter = ("task", "is_house", "kind", "superseded")
    search_fields = ("name", "author__username", "code_sha256")
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    readonly_fields = ("task", "author", "is_house", "house_slug", "code_sha256", "created", "superseded")
    actions = ("rerun_quick", "rerun_full", "rerun_board", "rerun_stale")
    list_select_related = ("author__pseudonym",)

    @admin.display(description="Author", ordering="author__username")
    def whose(self, submission: Submission) -> str:
        """Who it is, and as whom others see it."""
        if submission.author is None or (name := submission.author.get_username()) == submission.author_name:
            return submission.author_name
        return f"{name}, shown as {submission.author_name}"

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

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        told = {"disqualified": "The reason, which everybody is told; it leaves its boards. Empty: it is back on them."}
        return super().get_form(request, obj, change, help_texts=told, **kwargs)

    def save_model(self, request: HttpRequest, obj: Submission, form: Any, change: bool) -> None:
        """A disqualification, or its end, shows on the boards at once."""
        writing.hold(*obj.card.boards.values())
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
        tell_queued(request, queue_reruns(request, queryset, "quick"))

    @admin.action(description="Rerun (full tier)")
    def rerun_full(self, request: HttpRequest, queryset: QuerySet[Submission]) -> None:
        tell_queued(request, queue_reruns(request, queryset, "full"))

    @admin.action(description="Rerun all of these submissions' tasks: everything on their boards")
    def rerun_board(self, request: HttpRequest, queryset: QuerySet[Submission]) -> None:
        told: Counter[str] = Counter()
        for tier in TIERS:
            standing = Submission.objects.in_the_running().filter(
                task__in=queryset.values("task"), standings__tier=tier
            )
            told += queue_reruns(request, standing, tier)
        tell_queued(request, told)

    @admin.action(description="Rerun stale: those with runs of an older task version only")
    def rerun_stale(self, request: HttpRequest, queryset: QuerySet[Submission]) -> None:
        told: Counter[str] = Counter()
        for board in catalogue.all_boards():
            chosen = stale_submissions(board).filter(pk__in=queryset.values("pk"))
            told += queue_reruns(request, chosen, board.tier.name)
        tell_queued(request, told)
