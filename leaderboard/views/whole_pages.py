"""Whole pages for readers who are not signed in, kept until something on them changes.

What pages show of a task changes with its number in `Change`, which is read for every request: one query of a dozen rows.
Of those who ask for the same page at once, one thread makes it and few wait.
"""

import gzip
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.cache import get_conditional_response, patch_vary_headers

from leaderboard.boards.kept import Busy
from leaderboard.models import Change
from leaderboard.views.errors import busy
from papers import catalogue

OF_ONE_PAPER = {
    "task",
    "task_claims",
    "task_protocol",
    "task_manual",
    "board_csv",
    "compare",
    "compare_csv",
    "api-1:leaderboard",
}
OF_ALL = {"home", "tasks", "claims", "paper", "search"}
WITH_RUNS = {"home", "task", "search"}  # what shows runs that wait, too, and what was sent and has no place yet
LEVEL = 4  # of compression: 9 takes five times as long for a tenth less
BYTES = 64 << 20  # in memory, of one web process
PATIENCE = 10  # seconds to wait for whoever makes the same page
WAITING = 3  # threads of a web process that may wait so: the others answer other pages
PERSONAL = ("HTTP_AUTHORIZATION", "HTTP_HX_REQUEST")

Answer = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True)
class Page:
    """An answer as it is sent, but compressed."""

    body: bytes
    headers: dict[str, str]
    made: float

    @classmethod
    def of(cls, response: HttpResponse) -> "Page":
        patch_vary_headers(response, ["Accept-Encoding"])
        response["ETag"] = f'W/"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        response["Cache-Control"] = "no-cache"  # keep it, and ask whether it still holds
        headers = {name: value for name, value in response.items() if name != "Content-Length"}
        return cls(gzip.compress(response.content, LEVEL, mtime=0), headers, time.monotonic())

    def answer(self, request: HttpRequest) -> HttpResponse:
        """It, or 304 where the reader has it."""
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            response = HttpResponse(self.body, headers={**self.headers, "Content-Encoding": "gzip"})
        else:
            response = HttpResponse(gzip.decompress(self.body), headers=self.headers)
        found = get_conditional_response(request, etag=self.headers["ETag"], response=response)
        return found or response


class Pages:
    """The latest pages, as many as fit BYTES, and which are being made."""

    def __init__(self) -> None:
        self.kept: OrderedDict[Hashable, Page] = OrderedDict()
        self.size = 0
        self.making: dict[Hashable, threading.Event] = {}
        self.lock = threading.Lock()
        self.waiters = threading.BoundedSemaphore(WAITING)

    def recall(self, key: Hashable) -> Page | None:
        page = self.kept.get(key)
        return page if page and page.made > time.monotonic() - settings.PAGE_SECONDS else None

    def keep(self, key: Hashable, page: Page) -> None:
        with self.lock:
            self.forget(key)
            self.kept[key] = page
            self.size += len(page.body)
            while self.size > BYTES:
                self.forget(next(iter(self.kept)))

    def forget(self, key: Hashable) -> None:
        if old := self.kept.pop(key, None):
            self.size -= len(old.body)

    def begin(self, key: Hashable) -> bool:
        """Whether the caller is the one to make it; else somebody has just made it, or could not. Raises Busy."""
        with self.lock:
            if (other := self.making.get(key)) is None:
                self.making[key] = threading.Event()
                return True
        if not self.waiters.acquire(blocking=False):
            raise Busy
        try:
            if not other.wait(PATIENCE):
                raise Busy
        finally:
            self.waiters.release()
        return False

    def end(self, key: Hashable) -> None:
        with self.lock:
            self.making.pop(key).set()


pages = Pages()


def whole_pages(get_response: Answer) -> Answer:
    """Middleware. It stands before sessions are looked at, and after what compresses."""

    def answer(request: HttpRequest) -> HttpResponse:
        try:
            key = key_of(request)
        except OperationalError:  # of the database: middleware's errors pass by what answers a view's
            return busy(request)
        if key is None:
            return get_response(request)
        if page := pages.recall(key):
            return page.answer(request)
        try:
            is_maker = pages.begin(key)
        except Busy:
            return busy(request)
        if not is_maker:
            page = pages.recall(key)
            return page.answer(request) if page else get_response(request)
        try:
            return make(key, request, get_response)
        finally:
            pages.end(key)

    return answer


def make(key: Hashable, request: HttpRequest, get_response: Answer) -> HttpResponse:
    response = get_response(request)
    is_passing = response.get("Cache-Control") == "no-store"
    if response.status_code != 200 or response.streaming or response.cookies or is_passing:
        return response
    page = Page.of(response)
    pages.keep(key, page)
    return page.answer(request)


def key_of(request: HttpRequest) -> Hashable | None:
    """The address with the numbers of the changes so far; None where an answer is not for everybody. One query."""
    is_personal = settings.SESSION_COOKIE_NAME in request.COOKIES or "messages" in request.COOKIES
    if not settings.PAGE_SECONDS or request.method != "GET" or is_personal or any(map(request.META.get, PERSONAL)):
        return None
    try:
        match = resolve(request.path_info)
        tasks = tasks_of(match)
    except (Resolver404, KeyError):
        return None
    if tasks is None:
        return None
    numbers = Change.numbers()
    suffixes = ("", Change.RUNS) if match.view_name in WITH_RUNS else ("",)
    changes = tuple(numbers.get(task + suffix, 0) for task in tasks for suffix in suffixes)
    return request.scheme, request.META.get("HTTP_HOST"), request.get_full_path(), changes


def tasks_of(match: ResolverMatch) -> list[str] | None:
    """The tasks whose changes a page shows; None of one that isn't kept. Raises KeyError for a task that isn't there."""
    if match.view_name in OF_ALL:
        return list(catalogue.all_tasks())
    if match.view_name in OF_ONE_PAPER:
        slug = match.kwargs.get("slug") or match.kwargs["task"]
        return [task.slug for task in catalogue.paper_of(slug).tasks]
    return None
