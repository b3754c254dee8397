"""What is made of a board when it is read, kept until the board changes.

Whole boards under another rule or of another day: one is made at a time, and few threads wait for it. And what a board's page
shows whatever rows are asked for.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from django.conf import settings

from leaderboard.boards.view import View
from leaderboard.models import Change, Standing
from papers.task import Paper

MOST = 4  # boards in memory: each holds all scores of its rows
SECONDS = 60  # a name that was changed, say, is shown after so long
WAITING = 3  # threads of a web process that make a board or wait for one: the others answer pages
PATIENCE = 10  # seconds that they wait

PARTS = 100  # boards' figures and the like in memory

parts: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()
boards: OrderedDict[Hashable, tuple[float, list[Standing]]] = OrderedDict()
maker = threading.Lock()
waiters = threading.BoundedSemaphore(WAITING)


class Busy(Exception):
    """Other work of this kind is under way: ask again."""


def rows(view: View, make: Callable[[View], list[Standing]]) -> list[Standing]:
    """What `make` gives for this view, from memory where the board has not changed since. One query. Raises Busy."""
    key = key_of(view)
    if (known := recall(key)) is not None:
        return known
    with ExitStack() as stack:
        if not waiters.acquire(blocking=False):
            raise Busy
        stack.callback(waiters.release)
        if not maker.acquire(timeout=PATIENCE):
            raise Busy
        stack.callback(maker.release)
        if (known := recall(key)) is None:  # unless whoever was before us made the same
            known = make(view)
            boards[key] = time.monotonic(), known
            while len(boards) > MOST:
                boards.popitem(last=False)
        return known


def once(paper: Paper, key: Hashable, make: Callable[[], Any]) -> Any:
    """What `make` gives, from memory where nothing was noted of the paper since. One query."""
    if not settings.PAGE_SECONDS:
        return make()
    numbers = Change.numbers()
    whole = key, tuple(numbers.get(task.slug, 0) for task in paper.tasks)
    made, known = parts.get(whole, (0.0, None))
    if made < time.monotonic() - settings.PAGE_SECONDS:
        known = make()
        parts[whole] = time.monotonic(), known
        while len(parts) > PARTS:
            parts.popitem(last=False)
    return known


def recall(key: Hashable) -> list[Standing] | None:
    made, known = boards.get(key, (0.0, None))
    return known if known is not None and made > time.monotonic() - SECONDS else None


def key_of(view: View) -> Hashable:
    """What the rows follow from, and the state of the board. Which of them are wanted, and in which order, is left out."""
    plain = replace(view, sort="", search="", per_author=False, columns=(), cost="")
    changes = Change.objects.filter(task=view.board.task.slug).values_list("number", flat=True).first()
    return plain, view.board.task.version, changes
