"""Which recorded rows still hold, kept in a file from one process to the next: to tell it, every module of `papers` is read.

The file is of one state of the code; in another, all is told anew.
"""

import contextlib
import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

import papers
from papers import reference
from papers.reference import Row
from papers.task import Board


@dataclass
class Marks:
    """What is known of one state of the code."""

    state: str = ""
    known: dict[str, bool] = field(default_factory=dict)


kept = Marks()


def holds(row: Row, board: Board) -> bool:
    """As reference.holds says, or said in this state of the code: `load` comes first, `save` last."""
    if settings.MARKS is None:
        return reference.holds(row, board)
    key = f"{board}/{row.slug}/{row.fingerprint}"
    if key not in kept.known:
        kept.known[key] = reference.holds(row, board)
    return kept.known[key]


def state() -> str:
    """Of the code of all papers: names, sizes and times of its files."""
    files = [path for folder in papers.__path__ for path in Path(folder).rglob("*.py")]
    told = [(str(path), (about := path.stat()).st_size, about.st_mtime_ns) for path in sorted(files)]
    return hashlib.sha256(repr(told).encode()).hexdigest()


def load() -> None:
    """What the file says, once for each state of the code; nothing where it is of another one or can't be read."""
    if settings.MARKS is None or kept.state == (now := state()):
        return
    kept.state, kept.known = now, {}
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        told = json.loads(settings.MARKS.read_text())
        if told["state"] == now:
            kept.known.update(told["holds"])


def save() -> None:
    """Write the file; a disk that takes nothing is no reason to show nothing."""
    if settings.MARKS is None:
        return
    new = settings.MARKS.with_suffix(f".{os.getpid()}")
    with contextlib.suppress(OSError):
        new.write_text(json.dumps({"state": kept.state, "holds": kept.known}))
        new.replace(settings.MARKS)
