"""What a paper's pages show whatever rows are asked for, kept until something of it changes.

Each process has the latest in memory; all processes of a site share what one of them has made, by way of the cache. Of each
part there is one, the latest: what was made before a change gives way to what is made after it.
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

State = tuple[Hashable, ...]  # of what a part was made from
parts: OrderedDict[str, tuple[float, State, Any]] = OrderedDict()

# Cards are the same in every process: what is shared names them.
copyreg.pickle(Board, lambda board: (catalogue.board, (board.task.slug, board.tier.name)))
copyreg.pickle(Task, lambda task: (catalogue.task, (task.slug,)))
copyreg.pickle(Paper, lambda paper: (catalogue.paper_of, (paper.tasks[0].slug,)))


class Busy(Exception):
    """Other work of this kind is under way: ask again."""


def once(
    paper: Paper, key: Hashable, make: Callable[[], Any], *, suffixes: Sequence[str] = ("",), state: Hashable = None
) -> Any:
    """As `once_each`, for one paper. `state`: what else it is made from."""
    return once_each([paper], key, lambda _: [make()], suffixes=suffixes, state=state)[0]


def once_each(
    among: Sequence[Paper],
    key: Hashable,
    make: Callable[[Sequence[Paper]], Sequence[Any]],
    *,
    suffixes: Sequence[str] = ("",),
    state: Hashable = None,
) -> list[Any]:
    """What `make` gives for each of these papers, kept while the numbers of its tasks in Change stay, those with these suffixes.
    `make` is asked for those papers alone of which nothing is kept. One query, and a look at the cache for each."""
    if not settings.PAGE_SECONDS:
        return list(make(among))
    numbers = Change.numbers()
    states = {paper.slug: (state, *changes_of(paper, numbers, suffixes)) for paper in among}
    names = {paper.slug: name_of(paper, key) for paper in among}
    known = {slug: recall(name, states[slug]) for slug, name in names.items()}
    missing = [paper for paper in among if known[paper.slug] is None]
    for paper, value in zip(missing, make(missing) if missing else (), strict=True):
        known[paper.slug] = (value,)
        keep(names[paper.slug], states[paper.slug], value)
        cache.set(names[paper.slug], (states[paper.slug], value), SHARED_SECONDS)
    return [known[paper.slug][0] for paper in among]  # type: ignore[index]  # none is missing any more


def name_of(paper: Paper, key: Hashable) -> str:
    return f"part:{hashlib.sha256(repr((code(), paper.slug, key)).encode()).hexdigest()}"


def changes_of(paper: Paper, numbers: dict[str, int], suffixes: Sequence[str]) -> list[int]:
    return [numbers.get(task.slug + suffix, 0) for task in paper.tasks for suffix in suffixes]


@once_a_process
def code() -> str:
    """The state of the code that makes the parts: names, sizes and times of its files."""
    folders = [*leaderboard.__path__, *papers.__path__, *runners.__path__]
    files = sorted(path for folder in folders for path in Path(folder).rglob("*.py"))
    told = [(str(path), (about := path.stat()).st_size, about.st_mtime_ns) for path in files]
    return hashlib.sha256(repr(told).encode()).hexdigest()


def recall(name: str, state: State) -> tuple[Any] | None:
    """What was made from this state, in memory, else by another process."""
    made, known, value = parts.get(name, (0.0, (), None))
    if known == state and made > time.monotonic() - settings.PAGE_SECONDS:
        return (value,)
    known, value = cache.get(name) or ((), None)
    if known != state:
        return None
    keep(name, state, value)
    return (value,)


def keep(name: str, state: State, value: Any) -> None:
    parts[name] = time.monotonic(), state, value
    while len(parts) > PARTS:
        parts.popitem(last=False)
