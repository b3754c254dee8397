"""Who did what."""

from django.contrib import admin

from leaderboard.admin.lists import ReadOnly
from leaderboard.models import Deed


@admin.register(Deed)
class DeedAdmin(ReadOnly):
    list_display = ("at", "user", "what", "about")
    list_select_related = ("user",)
    search_fields = ("user__username", "what", "about")
