"""The site's Celery end: `celery -A leaderboard worker -Q results` records what runners report, `-Q aside` does what others
wait for in vain or for long: telling authors, making views of long boards. With CLOCK=yes a worker keeps time as well, else
`celery -A leaderboard beat` does.
"""

import logging
import os
import time
from threading import Thread
from typing import Any

import django
from celery import bootsteps
from celery.beat import Service
from celery.schedules import crontab
from django.db import connections

from runners.celery import app

log = logging.getLogger(__name__)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leaderboard.settings")
django.setup()

CLOCK_PAUSE = 5  # seconds
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


class Clock(bootsteps.StartStopStep):  # type: ignore[misc]
    """Celery beat as a thread of the recorder, which ends with it. As a process of its own it takes 120 MB."""

    requires = {"celery.worker.components:Pool"}

    def __init__(self, worker: Any, **_: Any) -> None:
        self.enabled = os.environ.get("CLOCK") == "yes"

    def start(self, worker: Any) -> None:
        Thread(target=keep_time, daemon=True).start()


def clock() -> Service:
    """Beat with the schedules of the database: the service by itself would keep a file."""
    return Service(app, scheduler_cls=app.conf.beat_scheduler)


def keep_time() -> None:
    """Send what is due, for ever: after a database or a broker that was away, too."""
    while True:
        try:
            clock().start()
        except Exception:
            log.exception("the clock starts again")
        connections.close_all()
        time.sleep(CLOCK_PAUSE)


app.steps["worker"].add(Clock)

__all__ = ["app"]
