"""The page of living workers."""

from datetime import UTC, datetime

import redis
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from leaderboard.models import Run
from runners import presence


def workers_page(request: HttpRequest) -> HttpResponse:
    """Every living worker, with what it evaluates. One query and a look at the broker; staff only, by its URL."""
    try:
        present = presence.present()
    except redis.exceptions.RedisError:
        present = None
    running = Run.objects.select_related("submission").in_bulk([pk for worker in present or () for pk in worker.runs])
    rows = [
        {
            "worker": worker,
            "started": datetime.fromtimestamp(worker.started, UTC),
            "seen": datetime.fromtimestamp(worker.seen, UTC),
            "runs": [running[pk] for pk in worker.runs if pk in running],
        }
        for worker in present or ()
    ]
    context = {**admin.site.each_context(request), "title": "Workers", "is_up": present is not None, "rows": rows}
    return render(request, "admin/workers.html", context)
