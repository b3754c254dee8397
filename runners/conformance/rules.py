"""A rule: what it asks, of which kind of subject, and the sentences that say what is wrong and what to do."""

import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from papers.task import Board, Paper, Task

Kind = Literal["paper", "task", "board", "house", "oracle"]
Faults = Iterable[str]


@dataclass(frozen=True)
class Rule:
    """`ask` yields a sentence for each fault of a subject: nothing where all is well."""

    name: str  # of the function: a claim
    of: Kind
    plays: bool  # whether something is played for it
    ask: Callable[..., Faults]

    @property
    def claim(self) -> str:
        return self.name.replace("_", " ")

    def faults(self, subject: "Subject") -> list[str]:
        """An exception of the paper's code is a fault as well: it is told with its place."""
        try:
            return list(self.ask(*subject.parts))
        except Exception as error:
            return [f"{type(error).__name__}: {error} ({place_of(error, subject.folder)})"]


@dataclass(frozen=True)
class Subject:
    """What a rule is asked of: a paper, a task, a board, or a house method with its task."""

    name: str
    folder: Path  # of the paper
    parts: tuple[Any, ...]


RULES: list[Rule] = []


def rule(of: Kind, *, plays: bool = False) -> Callable[[Callable[..., Faults]], Callable[..., Faults]]:
    """Put a function among the rules."""

    def register(ask: Callable[..., Faults]) -> Callable[..., Faults]:
        RULES.append(Rule(ask.__name__, of, plays, ask))
        return ask

    return register


def subjects_of(paper: Paper, kind: Kind) -> Iterator[Subject]:
    """Everything of one kind that a paper has."""
    for name, *parts in names_and_parts(paper, kind):
        yield Subject(name, paper.folder, tuple(parts))


def names_and_parts(paper: Paper, kind: Kind) -> Iterator[tuple[Any, ...]]:
    if kind == "paper":
        yield paper.slug, paper
        return
    for task in paper.tasks:
        if kind == "task":
            yield task.slug, task
        elif kind == "board":
            yield from ((str(board), board) for board in task.boards.values())
        else:
            yield from ((f"{task.slug}-{house.slug}", task, house) for house in task.house if fits(house.kind, kind))


def fits(house: str, kind: Kind) -> bool:
    return kind == "house" or house == "oracle"


def case_names(task: Task) -> set[str]:
    return {case.name for tier in task.tiers for case in tier.cases}


def metric_names(board: Board) -> set[str]:
    return {metric.name for metric in board.task.metrics}


def place_of(error: BaseException, folder: Path) -> str:
    """Where an exception comes from: the last line in the paper's folder, else the last one at all."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(folder)]
    frame = (own or frames)[-1]
    return f"{Path(frame.filename).name}, line {frame.lineno}"
