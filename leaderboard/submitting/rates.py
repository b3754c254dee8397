"""How often one may knock: sign-in, sign-up and uploads are limited by address or account."""

import hashlib
import ipaddress
import time
import unicodedata
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django_ratelimit.core import get_usage, is_ratelimited
from django_ratelimit.decorators import ratelimit
from django_ratelimit.exceptions import Ratelimited
from redis.exceptions import RedisError, TimeoutError

UPLOADS = "30/m"
REFUSED = "30/h"  # of uploads: to read one may take two CPU-seconds
TOO_MANY_REFUSED = (
    "Too many uploads were refused in an hour: check the next one with `claimcheck run` before you send it."
)
TRIES_OF_STRANGERS = "200/h"  # at one account, from addresses from which it never was signed in to
FAMILIAR_SECONDS = 90 * 86_400  # how long an address from which somebody signed in is known as his
PAUSE = 5.0  # seconds for which a cache that did not answer in time is asked for nothing that pages are made from
IPV6_OF_ONE = 64  # bits that a provider gives a customer

View = Callable[..., HttpResponseBase]


class ForgivingRedisCache(RedisCache):
    """A cache whose absence stops nobody from signing in: without it nothing is counted, and nothing is remembered.

    A page asks for many parts: one that does not answer keeps it waiting once, not for each of them.
    """

    asked_again_at = 0.0  # by the clock of this process, for all its threads

    def add(self, *args: Any, **kwargs: Any) -> bool:
        try:
            return bool(super().add(*args, **kwargs))
        except RedisError:
            return True  # as if it were the first: of a count, and of a second factor's code

    def incr(self, *args: Any, **kwargs: Any) -> int:
        try:
            return int(super().incr(*args, **kwargs))
        except RedisError as error:
            raise ValueError("the cache is away") from error

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._asked(super().get, default, key, default, version)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._asked(super().set, None, *args, **kwargs)

    @classmethod
    def _asked(cls, ask: Callable[..., Any], otherwise: Any, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() < cls.asked_again_at:
            return otherwise
        try:
            return ask(*args, **kwargs)
        except TimeoutError:
            cls.asked_again_at = time.monotonic() + PAUSE
        except RedisError:
            pass
        return otherwise


def client_address(group: str, request: HttpRequest) -> str:
    """The client's address, of IPv6 its network; behind a proxy the one that the proxy saw."""
    address = str(request.META["REMOTE_ADDR"])
    if settings.BEHIND_PROXY:
        forwarded = request.headers.get("X-Forwarded-For", "")
        address = forwarded.rpartition(",")[2].strip() or address
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:  # a proxy's own way of writing it
        return address
    return str(ipaddress.ip_network((parsed, IPV6_OF_ONE), strict=False)) if parsed.version == 6 else str(parsed)


def account_name(group: str, request: HttpRequest) -> str:
    """The account that somebody tries to sign in to, as the form understands what was typed."""
    return normalised(request.POST.get("username", ""))[:150]


def normalised(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def account_and_address(group: str, request: HttpRequest) -> str:
    return f"{account_name(group, request)} from {client_address(group, request)}"


def rate_of_strangers(group: str, request: HttpRequest) -> str | None:
    """None where this account was signed in to from this address: nobody elsewhere locks its owner out."""
    return None if cache.get(familiar(request)) else TRIES_OF_STRANGERS


def familiar(request: HttpRequest) -> str:
    """The key under which it is remembered that somebody signed in from here."""
    return f"familiar:{hashlib.sha256(account_and_address('', request).encode()).hexdigest()}"


def limit_sign_in(view: View) -> View:
    """The rule of every door: by address, by account and address together, and by account for strangers."""
    limits = (
        ratelimit(group="sign-in address", key=client_address, rate="20/m", method="POST"),
        ratelimit(group="sign-in pair", key=account_and_address, rate="10/5m", method="POST"),
        ratelimit(group="sign-in account", key=account_name, rate=rate_of_strangers, method="POST"),
    )
    limited = view
    for limit in limits:
        limited = limit(limited)

    return limited


def remember_as_familiar(request: HttpRequest) -> None:
    """Whoever knows the password was here."""
    cache.set(familiar(request), 1, FAMILIAR_SECONDS)


limit_resets = ratelimit(group="reset", key=client_address, rate="10/h", method="POST")
limit_sign_up = ratelimit(group="sign-up", key=client_address, rate="20/h", method="POST")
limit_passwords = ratelimit(group="password", key="user", rate="10/h", method="POST")
limit_notices = ratelimit(group="notices", key="user", rate="30/h", method="POST")  # each looks a name up
limit_uploads = ratelimit(group="upload", key="user", rate=UPLOADS, method="POST")


def is_uploading_too_often(request: HttpRequest, user: Any) -> bool:
    """The same limit for uploads with a token, counted together with those of the page."""
    return bool(
        is_ratelimited(
            request, group="upload", key=lambda *_: str(user.pk), rate=UPLOADS, method="POST", increment=True
        )
    )


def are_refused_too_often(user: Any) -> bool:
    """Whether so many uploads of this user were refused that no further one is read for a while."""
    return refused(user, increment=False)


def count_refused(user: Any) -> None:
    refused(user, increment=True)


def refused(user: Any, *, increment: bool) -> bool:
    usage = get_usage(None, group="refused", key=lambda *_: str(user.pk), rate=REFUSED, increment=increment)
    return usage is not None and usage["count"] >= usage["limit"]


def refuse(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 with its reason, or 429 where somebody knocked too often."""
    status = 429 if isinstance(exception, Ratelimited) else 403
    return render(request, f"{status}.html", {"sentence": str(exception)}, status=status)
