"""Plays of a board's trial case, through the runner itself and in this very process; each is played once."""

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from papers.task import House, Task
from runners import evaluation
from runners.conformance.rules import place_of
from runners.events import Event
from runners.job import Job

KEY, ANOTHER = b"conformance", b"another"


@dataclass(frozen=True)
class Play:
    """What came of a play. failure: the event that says why it has no scores."""

    scores: Mapping[str, float] | None
    artefacts: Mapping[str, Mapping[str, Any]]
    data: Mapping[str, str]
    seconds: float
    failure: Mapping[str, Any] | None
    broken: str  # by which exception the protocol itself ended, "" where by none

    @property
    def fault(self) -> str:
        """Why it failed; "" where it did not."""
        return self.broken or str((self.failure or {}).get("message", ""))


class Overheard(logging.Handler):
    """What the evaluation logs of an exception in the protocol, which it tells no author: here they are the same."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder, self.broken = folder, ""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and (error := record.exc_info[1]):
            self.broken = f"{type(error).__name__}: {error} ({place_of(error, self.folder)})"


@contextmanager
def overhear(folder: Path) -> Iterator[Overheard]:
    """Listen to the evaluation in place of the terminal."""
    logger, handler = logging.getLogger(evaluation.__name__), Overheard(folder)
    before = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield handler
    finally:
        logger.removeHandler(handler)
        logger.propagate = before


def play(task: Task, code: bytes, *, case: str, key: bytes = KEY, oracle: str = "") -> Play:
    """One play of a case by this code or this oracle."""
    told: list[Event] = []
    start = time.process_time()
    job = Job(
        task=task.slug, tier="quick", code=code, oracle=oracle, cases=(case,), seeds=1, seed_key=key, mode="inprocess"
    )
    with overhear(task.folder.parent) as overheard:
        evaluation.evaluate(job, told.append)
    seconds = time.process_time() - start
    plays = [event for event in told if event["type"] == "play"]
    ended = [event for event in told if event["type"] == "finished"]
    failed = [event for event in told if event["type"] == "failed"]
    return Play(
        scores=plays[0]["scores"] if plays else None,
        artefacts={event["name"]: event for event in told if event["type"] == "artefact"},
        data=ended[0]["data"] if ended else {},
        seconds=seconds,
        failure=failed[0] if failed else None,
        broken=overheard.broken,
    )


@cache
def trial(
    task: Task, *, key: bytes = KEY, times: int = 0, case: str = "", passed_over: tuple[str, ...] = ("oracle",)
) -> Play:
    """The trial case by the cheapest method; `times` tells plays apart that are otherwise the same."""
    return play(task, task.code(cheapest(task, passed_over)), case=case or task.trial_case.name, key=key)


def cheapest(task: Task, passed_over: tuple[str, ...] = ("oracle",)) -> House:
    return min((house for house in task.house if house.kind not in passed_over), key=lambda house: house.expense)


def repeatable(task: Task, played: Play) -> dict[str, float]:
    """The scores but those of a clock."""
    return {name: value for name, value in (played.scores or {}).items() if not task.metric(name).timing}
