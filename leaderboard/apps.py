"""The site's applications in Django's sense."""

from django.apps import AppConfig
from django.contrib.admin import apps


class LeaderboardConfig(AppConfig):
    name = "leaderboard"
    default = True


class AdminConfig(apps.AdminConfig):
    default = False  # of this folder
    default_site = "leaderboard.sites.Site"
