"""Where the results of a run lie: the journal of what happened, the method as it was played, the result and the report.

Each event is in the journal before anybody is told of it, so that nothing that was played is lost.
"""

import hashlib
import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, Self

from runners.commands.exits import Usage
from runners.events import Event
from runners.job import Job, commitment
from runners.provenance import versions

KEPT = ("started", "play", "artefact", "log", "failed")
ROOT = "results"  # the folder of folders, where no other is named


class Folder:
    """A run's own folder."""

    def __init__(self, path: Path, job: Job, known: list[Event]) -> None:
        self.path, self.known, self._job = path, known, job

    @classmethod
    def new(cls, wanted: Path | None, name: str, job: Job) -> Self:
        """An empty one: the one that is named, or the next free one of this name in results/. Raises Usage."""
        if wanted and (wanted / "events.jsonl").exists():
            raise Usage(
                f"{wanted} holds the results of another run: name another folder, or add --resume to go on there"
            )
        path = wanted or next(path for path in paths_of(name) if not path.exists())
        try:
            path.mkdir(parents=True, exist_ok=True)
            (path / "events.jsonl").write_text(json.dumps(mark_of(job)) + "\n")
        except OSError as error:
            raise Usage(f"{path}: that folder can't be written to: {error.strerror}") from None
        if job.code:
            (path / "method.py").write_bytes(job.code)
        return cls(path, job, [])

    @classmethod
    def again(cls, wanted: Path | None, name: str, job: Job) -> Self:
        """The latest one of the same run, with what was played. Raises Usage where there is none."""
        path = wanted or next(reversed([path for path in existing(name) if is_of(path, job)]), None)
        if path is None or not (path / "events.jsonl").exists():
            raise Usage("there is nothing to resume: no earlier run of just this file, board and seed key is kept here")
        if not is_of(path, job):
            raise Usage(f"{path} holds another run (another file, board, seed key or version): it can't be resumed")
        return cls(path, job, [event for event in events_in(path) if event["type"] != "failed"])

    @property
    def done(self) -> tuple[tuple[str, int], ...]:
        return tuple((event["case"], event["seed"]) for event in self.known if event["type"] == "play")

    def keep(self, event: Event) -> None:
        """Write an event down, unless it says nothing for later."""
        if event["type"] in KEPT:
            with (self.path / "events.jsonl").open("a") as file:
                file.write(json.dumps(event, allow_nan=False) + "\n")


def paths_of(name: str) -> Iterator[Path]:
    """results/name, results/name-2, …"""
    for number in count(1):
        yield Path(ROOT, name if number == 1 else f"{name}-{number}")


def existing(name: str) -> list[Path]:
    """Those that are there, in the order in which they were made."""
    known: list[Path] = []
    for path in paths_of(name):
        if not path.exists():
            return known
        known.append(path)
    return known


def is_of(path: Path, job: Job) -> bool:
    """Whether a folder's journal was begun for the same run on the same versions."""
    try:
        with (path / "events.jsonl").open() as lines:
            return bool(json.loads(lines.readline()) == mark_of(job))
    except (OSError, ValueError):
        return False


def mark_of(job: Job) -> dict[str, Any]:
    """What plays of one result have in common."""
    return {
        "task": job.task,
        "task_version": job.board.task.version,
        "tier": job.tier,
        "method": job.house or job.oracle,
        "code_sha256": hashlib.sha256(job.code).hexdigest(),
        "seed_commitment": commitment(job.seed_key),
        "device": job.device,
        "mode": job.mode,
        "libraries": versions(),
    }


def events_in(path: Path) -> Iterator[Event]:
    """What a journal holds after its first line; a last line that a kill cut short is left out."""
    with (path / "events.jsonl").open() as lines:
        next(lines, None)
        for line in lines:
            try:
                yield json.loads(line)
            except ValueError:
                return
