"""What is answered when something goes wrong: pages to people, JSON to programs."""

from collections.abc import Callable
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin
from psycopg.errors import ReadOnlySqlTransaction

from leaderboard.api.access import problems
from leaderboard.boards import recast
from leaderboard.boards.kept import Busy
from leaderboard.machine.sentences import SENTENCES

RETRY_SECONDS = 30
KEPT = ("Allow", "Retry-After", "WWW-Authenticate")  # headers that programs go by


def busy(request: HttpRequest) -> HttpResponse:
    response = render(request, "503.html", {"title": "Busy", "sentence": SENTENCES[503]}, status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def being_made(request: HttpRequest) -> HttpResponse:
    """A view of a long board that somebody asks for before it is made. Browsers ask again by themselves."""
    sentence = "This view of a long board is being computed; the page asks again every few seconds until it is there."
    response = render(request, "503.html", {"title": "Being computed", "sentence": sentence}, status=503)
    response["Retry-After"] = response["Refresh"] = str(recast.SECONDS)
    return response


class Missing(Http404):
    """What is asked for isn't there; its sentence tells a visitor what is."""


class Errors(MiddlewareMixin):
    """Whatever goes wrong, and wherever: a program that asks the API is answered in JSON."""

    get_response: Callable[[HttpRequest], HttpResponse]

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A database that is locked, away or read-only, or much that is asked at once, is no fault of the request: it may be
        repeated."""
        if isinstance(exception, recast.Making):
            return being_made(request)
        return busy(request) if isinstance(exception, OperationalError | Busy) or is_read_only(exception) else None

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        is_json = response.get("Content-Type", "").startswith("application/json")
        if response.status_code < 400 or is_json or not request.path.startswith("/api/"):
            return response
        status = response.status_code
        answer = problems(status, ("", SENTENCES.get(status, f"{HTTPStatus(status).phrase}.")))
        for name in KEPT:
            if name in response:
                answer[name] = response[name]
        return answer


def is_read_only(exception: Exception) -> bool:
    """Whether PostgreSQL takes no writes, as one that stands by."""
    return isinstance(exception, DatabaseError) and isinstance(exception.__cause__, ReadOnlySqlTransaction)


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 where the request is too large."""
    status = 413 if isinstance(exception, RequestDataTooBig) else 400
    return render(request, "400.html", {"sentence": SENTENCES[status]}, status=status)


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, with a sentence where it is one for visitors."""
    sentence = str(exception) if isinstance(exception, Missing) else SENTENCES[404]
    return render(request, "404.html", {"sentence": sentence}, status=404)
