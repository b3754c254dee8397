"""Finds the papers: every package in papers/ (or on PAPERS_PATH) whose card defines PAPER."""

import difflib
import importlib
import importlib.util
import pkgutil
from collections.abc import Sequence
from functools import cache
from types import ModuleType

import papers
from papers.task import Board, Paper, Task

# Words of the command in the place of a board: no task may be named like one. Papers know no command: a test holds them equal.
VERBS = (
    *("run", "list", "compare", "record", "tables", "canary", "batch", "recompute"),
    *("login", "logout", "tasks", "submit", "status", "logs", "board", "download", "cancel", "rerun"),
    *("docs", "starter", "notebook", "new-paper", "check", "serve"),
)


def cards() -> list[ModuleType]:
    """The packages in papers/ and on PAPERS_PATH."""
    return [
        importlib.import_module(f"papers.{module.name}")
        for module in pkgutil.iter_modules(papers.__path__)
        if module.ispkg
    ]


def modules(name: str) -> list[ModuleType]:
    """The module of this name of every paper that has one: imported only now, since it may load what a card must not."""
    names = [f"{card.__name__}.{name}" for card in cards()]
    return [importlib.import_module(name) for name in names if importlib.util.find_spec(name)]


@cache
def all_papers() -> tuple[Paper, ...]:
    """Every paper, by slug. Raises ValueError where two papers or two tasks share a slug, or a task is named like a verb."""
    known = sorted((card.PAPER for card in cards() if hasattr(card, "PAPER")), key=lambda paper: paper.slug)
    for kind, slugs in (
        ("papers", [paper.slug for paper in known]),
        ("tasks", [task.slug for paper in known for task in paper.tasks]),
    ):
        if len(set(slugs)) < len(slugs):
            raise ValueError(f"two {kind} share a slug: {sorted(slugs)}")
    if verbs := [task.slug for paper in known for task in paper.tasks if task.slug in VERBS]:
        raise ValueError(f"a task can't be named {verbs[0]}: that is a word of the command")
    return tuple(known)


@cache
def all_tasks() -> dict[str, Task]:
    return {task.slug: task for paper in all_papers() for task in paper.tasks}


@cache
def all_boards() -> tuple[Board, ...]:
    return tuple(board for task in all_tasks().values() for board in task.boards.values())


def task(slug: str) -> Task:
    """Raises KeyError for an unknown slug."""
    return all_tasks()[slug]


def unknown(word: str, *, verbs: Sequence[str] = ()) -> str:
    """A sentence on a word that is no task (and none of these verbs), with what may have been meant."""
    for paper in all_papers():
        if paper.slug == word:
            return f"{word} is a paper; its boards are {', '.join(task.slug for task in paper.tasks)}"
    return f"there is no task {word!r}; {meant(word, verbs=verbs)}"


def meant(word: str, *, verbs: Sequence[str] = ()) -> str:
    """The task (or the verb) whose name is nearest to a word; where none is near, all tasks."""
    near = difflib.get_close_matches(word, [*all_tasks(), *verbs], 1, 0.6)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(all_tasks()))}"


def board(slug: str, tier: str) -> Board:
    """Raises KeyError for an unknown task or tier."""
    return all_tasks()[slug].board(tier)


@cache
def paper_of(slug: str) -> Paper:
    """The paper that brings the task of this slug. Raises KeyError for an unknown slug."""
    for paper in all_papers():
        if any(task.slug == slug for task in paper.tasks):
            return paper
    raise KeyError(slug)
