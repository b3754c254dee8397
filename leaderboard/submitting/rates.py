"""How often one may knock: sign-in, sign-up and uploads are limited by address or account."""

from typing import Any

from django.conf import settings
from django.core.cache.backends.redis import RedisCache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_ratelimit.core import is_ratelimited
from django_ratelimit.decorators import ratelimit
from django_ratelimit.exceptions import Ratelimited
from redis.exceptions import RedisError

UPLOADS = "30/m"


class ForgivingRedisCache(RedisCache):
    """A cache whose absence stops nobody from signing in: without it nothing is counted."""

    def add(self, *args: Any, **kwargs: Any) -> bool:
        try:
            return bool(super().add(*args, **kwargs))
        except RedisError:
            return False

    def incr(self, *args: Any, **kwargs: Any) -> int:
        try:
            return int(super().incr(*args, **kwargs))
        except RedisError as error:
            raise ValueError("the cache is away") from error


def client_address(group: str, request: HttpRequest) -> str:
    """The client's address; behind a proxy the one that the proxy saw."""
    if settings.BEHIND_PROXY:
        forwarded = request.headers.get("X-Forwarded-For", "")
        if forwarded:
            return forwarded.rpartition(",")[2].strip()
    return str(request.META["REMOTE_ADDR"])


def account_name(group: str, request: HttpRequest) -> str:
    """The account that somebody tries to sign in to."""
    return request.POST.get("username", "").lower()[:150]


limit_sign_in_by_address = ratelimit(group="sign-in address", key=client_address, rate="20/m", method="POST")
limit_sign_in_by_account = ratelimit(group="sign-in account", key=account_name, rate="10/5m", method="POST")
limit_sign_up = ratelimit(group="sign-up", key=client_address, rate="20/h", method="POST")
limit_uploads = ratelimit(group="upload", key="user", rate=UPLOADS, method="POST")


def is_uploading_too_often(request: HttpRequest, user: Any) -> bool:
    """The same limit for uploads with a token, counted together with those of the page."""
    return bool(
        is_ratelimited(
            request, group="upload", key=lambda *_: str(user.pk), rate=UPLOADS, method="POST", increment=True
        )
    )


def refuse(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, or 429 where somebody knocked too often."""
    status = 429 if isinstance(exception, Ratelimited) else 403
    return render(request, f"{status}.html", status=status)
