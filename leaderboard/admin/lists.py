"""Tables that administrators read, and don't edit."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from leaderboard.models import Deed


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Noted(admin.ModelAdmin):  # type: ignore[type-arg]
    """What is made and changed by hand stands among the deeds."""

    def state_of(self, obj: Any) -> str:
        """What it is now, in words."""
        return str(obj)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        Deed.note(request.user, f"made: {self.state_of(obj)}", obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Its own fields: what hangs on it is noted by whoever changes that."""
        own = [part["changed"] for part in message if "name" not in part.get("changed", {"name": ""})]
        if fields := ", ".join(field for changed in own for field in changed["fields"]):
            Deed.note(request.user, f"changed {fields}: {self.state_of(obj)}", obj)
        return super().log_change(request, obj, message)
