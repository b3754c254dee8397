"""The JSON API: typed endpoints, described at /api/docs/."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as NinjaValidationError

from leaderboard.api import claims, runs, submissions, tasks
from leaderboard.api.access import WRONG, Bearer, asker, problems
from leaderboard.api.docs import Docs
from leaderboard.api.schemas import Me, Problems, SubmissionIn
from leaderboard.models import Run
from leaderboard.submitting.quota import allowance

api = NinjaAPI(
    title="Claimcheck",
    version="1",
    description="Benchmarks that rerun what papers claim. Boards and scores hold what this site has measured itself. Recorded "
    "references are on its pages alone, and in the repository's papers/*/*/reference. Claims are judged by them until this site "
    "has measured the methods itself: by_reference.",
    docs_url="docs/",
    docs=Docs(),
)


def strict(call: Callable[..., Any]) -> Callable[..., Any]:
    """Refuses a query with a word that the call doesn't know, as `?teir=full`: a call's query is what has a default."""
    known = [name for name, one in inspect.signature(call).parameters.items() if one.default is not one.empty]
    told = f"It takes {', '.join(known)}." if known else "It takes none."

    @wraps(call)
    def answer(request: HttpRequest, **values: Any) -> Any:
        if unknown := [word for word in request.GET if word not in known]:
            return problems(422, *((word, f"This call has no parameter “{word}”. {told}") for word in unknown))
        return call(request, **values)

    return answer


api.add_decorator(strict)
api.add_router("v1/tasks", tasks.router)
api.add_router("v1/runs", runs.router)
api.add_router("v1/submissions", submissions.router)
api.add_router("v1/claims", claims.router)


@api.get("v1/me", auth=Bearer(), response=WRONG | {200: Me, 401: Problems}, summary="The token's user and quota")
def me(request: HttpRequest) -> dict[str, Any]:
    user = asker(request)
    quota = allowance(user)
    counts = {name: getattr(quota, name) for name in ("used", "limit", "open", "open_limit")}
    latest = Run.objects.filter(submission__author=user).order_by("-pk").values_list("pk", flat=True).first()
    told = {"refusal": quota.refusal, "next_at": quota.next_at, "latest_run": latest}
    return {"username": user.get_username(), **counts, **told}


@api.exception_handler(AuthenticationError)
def on_stranger(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    where = request.build_absolute_uri(reverse("tokens"))
    return problems(
        401, ("", f"This takes a token as “Authorization: Bearer …”, one that holds: they are made at {where}.")
    )


@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problems(error.status_code, ("", str(error)))


@api.exception_handler(Http404)
def on_missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return problems(404, ("", str(error) or "There is nothing at this address."))


@api.exception_handler(PermissionDenied)
def on_denied(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return problems(403, ("", str(error)))


@api.exception_handler(NinjaValidationError)
def on_invalid(request: HttpRequest, error: NinjaValidationError) -> HttpResponse:
    return problems(422, *((str(item["loc"][-1]), sentence(item)) for item in error.errors))


def sentence(item: dict[str, Any]) -> str:
    """What is wrong with a field; of one that is missing, what it is for."""
    field = SubmissionIn.model_fields.get(str(item["loc"][-1]))
    return (item["type"] == "missing" and field and field.description) or str(item["msg"])
