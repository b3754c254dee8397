"""The site's Celery end: `celery -A leaderboard worker -Q results` records what runners report, `beat` keeps time."""

import os

import django
from celery.schedules import crontab

from runners.celery import app

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leaderboard.settings")
django.setup()

RECORDING = 30  # seconds: longer than anything that the recorder does

app.conf.beat_scheduler = "django_celery_beat.schedulers:DatabaseScheduler"
app.conf.beat_schedule = {
    "sweep": {"task": "leaderboard.tasks.sweep", "schedule": 15.0, "options": {"queue": "results", "expires": 15}},
    "open data": {
        "task": "leaderboard.tasks.renew_open_data",
        "schedule": 600.0,
        "options": {"queue": "aside", "expires": 600},
    },
    "check": {
        "task": "leaderboard.tasks.check_boards",
        "schedule": crontab(hour=4, minute=40),
        "options": {"queue": "aside"},
    },
}
# What a killed recorder had in its hands comes back soon: to record is short, and harmless when done twice. Keys of its
# own, because whoever looks for abandoned messages applies its own timeout to all that it finds under a key.
app.conf.broker_transport_options = {
    **app.conf.broker_transport_options,
    "visibility_timeout": RECORDING,
    "unacked_key": "unacked-results",
    "unacked_index_key": "unacked-results-index",
    "unacked_mutex_key": "unacked-results-mutex",
    "unacked_mutex_expire": 10,
}
app.autodiscover_tasks(["leaderboard"])

__all__ = ["app"]
