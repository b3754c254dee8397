"""Home: did the papers' claims hold? And all boards."""

from collections.abc import Iterable

import redis
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from leaderboard.boards import overview, soundness
from leaderboard.models import Run
from leaderboard.running import house
from runners import presence

RECENT = 8


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    ended = Run.objects.visible_to(request.user).filter(status=Run.Status.FINISHED)
    context = {
        "areas": overview.by_area(),
        "recent": ended.select_related("submission__author__pseudonym").order_by("-ended", "-pk")[:RECENT],
        "broken": soundness.broken_boards(),
        "workers": (present := workers()),
        "waiting": Run.objects.open().count(),
        "filling": (filling := house.filling()),
        "to_go": filling.cpu_seconds / slots if settings.HOUSE_METHODS and (slots := slots_of(present or ())) else None,
    }
    return render(request, "home.html", context)


def slots_of(workers: Iterable[presence.Worker]) -> int:
    """How many runs they take at once; a worker in trouble takes none."""
    return sum(worker.slots for worker in workers if not worker.trouble)


@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    return render(request, "tasks.html", {"papers": overview.entries()})


def workers() -> list[presence.Worker] | None:
    """The living workers; None where the broker can't be asked."""
    try:
        return presence.present()
    except redis.exceptions.RedisError:
        return None
