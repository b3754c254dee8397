"""People: their quota, their tokens, and the end of an account."""

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest

from leaderboard.admin.lists import Noted, ReadOnly
from leaderboard.models import ApiToken, Change, Deed, Quota, Submission, author_name_of
from leaderboard.submitting.leaving import delete_account


class QuotaInline(admin.StackedInline):  # type: ignore[type-arg]
    """Limits for this user in place of everybody's."""

    model = Quota
    verbose_name_plural = "own limits, where they differ from everybody's"


class PeopleAdmin(Noted, UserAdmin):  # type: ignore[type-arg]
    """An account is deleted as its owner would delete it: what was measured stays."""

    inlines = (QuotaInline,)
    list_display = ("username", "shown_as", "limits", "email", "role", "is_active_in_words", "date_joined")
    list_select_related = ("pseudonym", "quota")

    @admin.display(description="Shown to others as")
    def shown_as(self, user: Any) -> str:
        return author_name_of(user)

    @admin.display(description="Own limits")
    def limits(self, user: Any) -> str:
        own = getattr(user, "quota", None)
        return str(own) if own else "as everybody"

    @admin.display
    def role(self, user: Any) -> str:
        """In words: a red cross would stand for good news."""
        return "administrator" if user.is_superuser else "staff" if user.is_staff else "author"

    @admin.display(description="State")
    def is_active_in_words(self, user: Any) -> str:
        return "active" if user.is_active else "closed"

    def state_of(self, user: Any) -> str:
        return f"{self.role(user)}, {self.is_active_in_words(user)}"

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

    def get_inline_instances(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """None while the account is being made: it has no limits yet."""
        return super().get_inline_instances(request, obj) if obj else []

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        for quota in (*formset.new_objects, *(quota for quota, _ in formset.changed_objects)):
            Deed.note(request.user, f"limits runs: {quota}", quota.user)
        for quota in formset.deleted_objects:
            Deed.note(request.user, "limits runs: as everybody", quota.user)


admin.site.unregister(get_user_model())
admin.site.register(get_user_model(), PeopleAdmin)


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
