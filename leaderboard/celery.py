"""The site's Celery end: `celery -A leaderboard worker -Q results` records what runners report, `beat` keeps time."""

import os

import django

from runners.celery import app

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leaderboard.settings")
django.setup()

app.conf.beat_scheduler = "django_celery_beat.schedulers:DatabaseScheduler"
app.conf.beat_schedule = {
    "sweep": {"task": "leaderboard.tasks.sweep", "schedule": 15.0, "options": {"queue": "results", "expires": 15}}
}
app.autodiscover_tasks(["leaderboard"])

__all__ = ["app"]
