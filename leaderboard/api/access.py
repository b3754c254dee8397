"""Who asks the API, and in which words it refuses."""

from typing import Annotated, Any

from django.http import HttpRequest, JsonResponse
from ninja import Path
from ninja.errors import HttpError
from ninja.security import HttpBearer
from pydantic import Field

from leaderboard.api.schemas import Problems
from leaderboard.boards.view import no_tier
from leaderboard.models import ApiToken
from papers import catalogue
from papers.task import Board, Task

Number = Annotated[int, Path(ge=1, le=2**63 - 1)]  # of a row
Page = Annotated[int, Field(ge=1, le=10**6)]
WRONG = {422: Problems}  # a parameter that the call doesn't know, or with another kind of value
MISSING = WRONG | {404: Problems}


class Bearer(HttpBearer):
    """A token from the account page. No cookie is accepted where something changes."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        tokens = ApiToken.objects.select_related("user").filter(user__is_active=True)
        known = tokens.filter(sha256=ApiToken.digest(token)).first()
        if known is None:
            return None
        known.note_use()
        return known.user


def anybody(request: HttpRequest) -> Any:
    """Whoever is signed in by the cookie, or nobody in particular: enough where nothing changes."""
    return request.user


READERS = [Bearer(), anybody]  # a token shows its owner what others don't see


def asker(request: HttpRequest) -> Any:
    """The token's user where one is given, else the page's."""
    return getattr(request, "auth", None) or request.user


def problems(status: int, *pairs: tuple[str, str]) -> JsonResponse:
    """An answer that names what is wrong: (field, message) each."""
    return JsonResponse({"errors": [{"field": field, "message": message} for field, message in pairs]}, status=status)


def known_task(slug: str) -> Task:
    """Raises HttpError 404 that names the task that may have been meant, or all."""
    if slug not in catalogue.all_tasks():
        raise HttpError(404, f"There is no task {slug!r}; {catalogue.meant(slug)}")
    return catalogue.task(slug)


def known_board(slug: str, tier: str) -> Board:
    """Raises HttpError 404 as known_task does, or one that names the tiers of this task."""
    task = known_task(slug)
    if tier not in task.boards:
        raise HttpError(404, no_tier(task, tier))
    return task.board(tier)
