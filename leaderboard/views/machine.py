"""What machines ask for: runners, monitors, crawlers."""

from django.core import signing
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from leaderboard.models import Run
from leaderboard.runs import BUNDLE_SALT


@require_safe
def bundle(request: HttpRequest, token: str) -> HttpResponse:
    """The code of a run, for the runner that evaluates it, as long as that attempt is open."""
    try:
        pk, attempt = signing.loads(token, salt=BUNDLE_SALT)
        run = Run.objects.open().select_related("submission").get(pk=pk, attempt=attempt)
    except (signing.BadSignature, Run.DoesNotExist):
        raise Http404 from None
    return HttpResponse(run.submission.code(), content_type="text/plain; charset=utf-8")


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process and its database answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return JsonResponse({"status": "failing", "database": type(error).__name__}, status=503)
    return JsonResponse({"status": "ok"})


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse("User-agent: *\nDisallow: /admin/\nDisallow: /accounts/\n", content_type="text/plain")
