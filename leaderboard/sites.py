"""The administrators' site: with a second factor, where the site's settings ask for one."""

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from leaderboard.views.accounts import sign_in


class Site(AdminSite):
    site_header = site_title = "Claimcheck"
    index_template = "admin/front.html"

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and not lacks_second_factor(request.user)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The door of everybody, with its limits."""
        if lacks_second_factor(request.user):
            messages.info(request, "Administrators sign in with a second factor here: set one up first.")
            return redirect("mfa_index")
        return sign_in(request)  # type: ignore[return-value]  # typed as its base by what limits it


def lacks_second_factor(user: Any) -> bool:
    return bool(settings.STAFF_SECOND_FACTOR and user.is_staff and not is_mfa_enabled(user))
