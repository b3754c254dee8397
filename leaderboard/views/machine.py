"""What machines ask for: runners, monitors, crawlers."""

from collections.abc import Callable

import redis
from django.conf import settings
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from leaderboard.machine import prometheus
from leaderboard.machine.storage import STORAGE_ERRORS
from leaderboard.models import Run
from leaderboard.running.runs import ATTEMPT_SALT, BUNDLE_SALT, BUNDLE_SECONDS, seed_key
from runners import broker

PROBE = "probe.txt"


@require_safe
def attempt(request: HttpRequest, token: str) -> JsonResponse:
    """The address of a run's code, for some minutes, and its seed key, to the worker that begins with it now.

    The token came with the message, which may have waited for days or come twice. 410 where the attempt is over or
    belongs to another execution.
    """
    try:
        pk, number = signing.loads(token, salt=ATTEMPT_SALT)
    except signing.BadSignature:
        raise Http404 from None
    run = Run.objects.of(pk, number, request.GET.get("execution", "")).first()
    if run is None:
        return JsonResponse({"error": "The site wants nothing more of this attempt."}, status=410)
    bundle = reverse("bundle", args=[signing.dumps([pk, number], salt=BUNDLE_SALT)])
    key = seed_key(run.board, run.task_version).hex()
    return JsonResponse({"code_url": settings.SITE_URL + bundle, "expires_in": BUNDLE_SECONDS, "seed_key": key})


@require_safe
def bundle(request: HttpRequest, token: str) -> HttpResponse:
    """The code of a run, for the runner that evaluates it, as long as that attempt is open and the address is fresh."""
    try:
        pk, number = signing.loads(token, salt=BUNDLE_SALT, max_age=BUNDLE_SECONDS)
        run = Run.objects.open().select_related("submission").get(pk=pk, attempt=number)
    except (signing.BadSignature, Run.DoesNotExist):
        raise Http404 from None
    return HttpResponse(run.submission.code(), content_type="text/plain; charset=utf-8")


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Liveness: 200 while the process answers. What it depends on is readyz's matter: no restart helps there."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Readiness: 200 while the site can do its work, else 503 with what is missing. For load balancers."""
    parts = {
        "database": state_of(database_state),
        "broker": state_of(broker_state),
        "storage": state_of(storage_state),
    }
    is_ready = set(parts.values()) == {"ok"}
    return JsonResponse({"status": "ok" if is_ready else "not ready", **parts}, status=200 if is_ready else 503)


def state_of(check: Callable[[], str]) -> str:
    """What a check says; of an error its name only, which betrays no address."""
    try:
        return check()
    except (DatabaseError, redis.exceptions.RedisError, *STORAGE_ERRORS) as error:
        return type(error).__name__


def database_state() -> str:
    """One that stands by, or that an administrator has closed to writes, answers and takes nothing."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            if cursor.fetchone() == ("on",):
                return "takes no writes"
    executor = MigrationExecutor(connection)
    return "migrations are missing" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else "ok"


def broker_state() -> str:
    """A broker that is full, or a replica, answers and takes nothing."""
    broker.client().set(PROBE, "ok", ex=60)
    return "ok"


def storage_state() -> str:
    """A missing object and a missing bucket look alike, so there is one that must be there."""
    if not default_storage.exists(PROBE):
        default_storage.save(PROBE, ContentFile(b"ok"))
    with default_storage.open(PROBE) as file:
        return "ok" if file.read() == b"ok" else "gives back something else"


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus; where METRICS_TOKEN is set, only with it as a bearer token."""
    expected = f"Bearer {settings.METRICS_TOKEN}"
    if settings.METRICS_TOKEN and not constant_time_compare(request.headers.get("Authorization", ""), expected):
        raise PermissionDenied("These metrics are for the holder of METRICS_TOKEN.")
    return HttpResponse(prometheus.text(), content_type=CONTENT_TYPE_LATEST)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse(
        f"User-agent: *\nDisallow: /admin/\nDisallow: /accounts/\nSitemap: {settings.SITE_URL}/sitemap.xml\n",
        content_type="text/plain",
    )
