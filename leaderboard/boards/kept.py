"""What a paper's pages show whatever rows are asked for, kept until something of it changes.

Each process has the latest in memory; all processes of a site share what one of them has made, by way of the cache.
"""

import copyreg
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from functools import cache as once_a_process
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache

import leaderboard
import papers
import runners
from leaderboard.models import Change
from papers import catalogue
from papers.task import Board, Paper, Task

PARTS = 200  # boards' figures and the like in memory
SHARED_SECONDS = 86_400  # for which other processes may have them

parts: OrderedDict[str, tuple[float, tuple[Any]]] = OrderedDict()

# Cards are the same in every process: what is shared names them.
copyreg.pickle(Board, lambda board: (catalogue.board, (board.task.slug, board.tier.name)))
copyreg.pickle(Task, lambda task: (catalogue.task, (task.slug,)))
copyreg.pickle(Paper, lambda paper: (catalogue.paper_of, (paper.tasks[0].slug,)))


class Busy(Exception):
    """Other work of this kind is under way: ask again."""


def once(paper: Paper, key: Hashable, make: Callable[[], Any], *, with_runs: bool = False) -> Any:
    """As `once_each`, for one paper."""
    return once_each([paper], key, lambda _: [make()], with_runs=with_runs)[0]


def once_each(
    among: Sequence[Paper], key: Hashable, make: Callable[[Sequence[Paper]], Sequence[Any]], *, with_runs: bool = False
) -> list[Any]:
    """What `make` gives for each of these papers, kept where nothing was noted of its boards since; with_runs: nor of its
    runs. `make` is asked for those papers alone of which nothing is kept. One query, and a look at the cache for each."""
    if not settings.PAGE_SECONDS:
        return list(make(among))
    numbers = Change.numbers()
    keys = {paper.slug: key_of(paper, key, numbers, with_runs=with_runs) for paper in among}
    known = {slug: recall(name) for slug, name in keys.items()}
    missing = [paper for paper in among if known[paper.slug] is None]
    for paper, value in zip(missing, make(missing) if missing else (), strict=True):
        known[paper.slug] = (value,)
        keep(keys[paper.slug], (value,))
        cache.set(keys[paper.slug], (value,), SHARED_SECONDS)
    return [known[paper.slug][0] for paper in among]  # type: ignore[index]  # none is missing any more


def key_of(paper: Paper, key: Hashable, numbers: dict[str, int], *, with_runs: bool) -> str:
    suffixes = ("", Change.RUNS) if with_runs else ("",)
    changes = [numbers.get(task.slug + suffix, 0) for task in paper.tasks for suffix in suffixes]
    return f"part:{hashlib.sha256(repr((code(), paper.slug, key, changes)).encode()).hexdigest()}"


@once_a_process
def code() -> str:
    """The state of the code that makes the parts: names, sizes and times of its files."""
    folders = [*leaderboard.__path__, *papers.__path__, *runners.__path__]
    files = sorted(path for folder in folders for path in Path(folder).rglob("*.py"))
    told = [(str(path), (about := path.stat()).st_size, about.st_mtime_ns) for path in files]
    return hashlib.sha256(repr(told).encode()).hexdigest()


def recall(key: str) -> tuple[Any] | None:
    """From memory, else from what another process has made."""
    made, known = parts.get(key, (0.0, None))
    if known and made > time.monotonic() - settings.PAGE_SECONDS:
        return known
    shared: tuple[Any] | None = cache.get(key)
    if shared is not None:
        keep(key, shared)
    return shared


def keep(key: str, value: tuple[Any]) -> None:
    parts[key] = time.monotonic(), value
    while len(parts) > PARTS:
        parts.popitem(last=False)
