"""Recorded results of a board's house methods: what `claimcheck record` writes, and whoever shows them reads.

One file for a tier and a class of devices, reference/<tier>-<device class>.json.gz in the task's folder. Scores are
exact; costs, also those that are scores, are rounded to six digits, what figures draw to four. A checksum tells a file that
was edited by hand.
"""

import gzip
import hashlib
import json
import math
import os
import re
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from papers.fingerprint import fingerprint
from papers.playing import Spent
from papers.task import Board, Scores

FORMAT = 1
BYTES = 150_000  # that a board on a tier should take at most
DIGITS = 6
DRAWN_DIGITS = 4  # of what figures draw: finer than a screen


class Damaged(Exception):
    """The file is not what the command wrote."""


@dataclass(frozen=True, kw_only=True)
class Play:
    """One case and seed: what was scored and what it cost."""

    case: str
    seed: int
    scores: Scores
    spent: Spent
    evaluator_seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Artefact:
    """What a play reported, as a declared figure needs it: see runners.events.Artefact."""

    case: str
    seed: int
    name: str
    kind: str
    data: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Failure:
    """How a method failed, after the plays that it had finished."""

    reason: str
    message: str
    case: str
    seed: int


@dataclass(frozen=True, kw_only=True)
class Row:
    """The results of one house method. `left_out`: case -> why it could not be played on that machine."""

    slug: str
    fingerprint: str
    plays: tuple[Play, ...]
    provenance: Mapping[str, Any]
    artefacts: tuple[Artefact, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    failure: Failure | None = None

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        plays = tuple(Play(**play) for play in told["plays"])
        artefacts = tuple(Artefact(**artefact) for artefact in told["artefacts"])
        failure = Failure(**told["failure"]) if told["failure"] else None
        return cls(**{**told, "plays": plays, "artefacts": artefacts, "failure": failure})


@dataclass(frozen=True, kw_only=True)
class Reference:
    """The rows of a board, measured on one class of devices."""

    task: str
    tier: str
    device_class: str
    rows: tuple[Row, ...] = ()

    def row(self, slug: str) -> Row | None:
        return next((row for row in self.rows if row.slug == slug), None)


def path_of(board: Board, device_class: str, folder: Path | None = None) -> Path:
    """Where the results of a board lie: in the task's folder, or in another one."""
    return (folder or board.task.folder / "reference") / f"{board.tier.name}-{device_class}.json.gz"


def device_class(device: str, name: str) -> str:
    """ "cpu", or a GPU's name: "nvidia-h100-80gb-hbm3"."""
    return "cpu" if device == "cpu" else re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def holds(row: Row, board: Board) -> bool:
    """Whether a row's method, the board's play and its kit are still what they were when it was measured."""
    house = {house.slug: house for house in board.task.house}.get(row.slug)
    return house is not None and row.fingerprint == fingerprint(board.task, house)


def read(path: Path) -> Reference:
    """Raises FileNotFoundError; Damaged where the content is not what was written."""
    try:
        told = json.loads(gzip.decompress(path.read_bytes()), parse_constant=_refuse_constant)
        if told.pop("sha256") != _checksum(told):
            raise Damaged(f"{path} was changed since it was recorded: its checksum is another")
        if told.pop("format") != FORMAT:
            raise Damaged(f"{path} is of a format that is not known here")
        rows = tuple(Row.from_json(row) for row in told.pop("rows"))
        return Reference(**told, rows=rows)
    except (gzip.BadGzipFile, EOFError, zlib.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged(f"{path} can't be read: {error}") from None


def write(path: Path, reference: Reference) -> int:
    """Write the whole file or nothing; return its bytes. The same content gives the same bytes."""
    content = {"format": FORMAT, **asdict(reference)}
    text = json.dumps({**content, "sha256": _checksum(content)}, allow_nan=False, separators=(",", ":"))
    data = gzip.compress(text.encode(), mtime=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with unfinished.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, path)
    return len(data)


def rounded(value: Any, digits: int = DIGITS) -> Any:
    """The same JSON with its fractions to so many significant digits."""
    if isinstance(value, float):
        return float(f"{value:.{digits}g}") if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: rounded(item, digits) for key, item in value.items()}
    return [rounded(item, digits) for item in value] if isinstance(value, list | tuple) else value


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _checksum(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
