"""The job that an author asks for. Everything that can't be done is said before anything starts."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from papers import catalogue
from papers.task import Board, House, Task, TierName
from runners import local, provenance, sources
from runners.commands.exits import Usage
from runners.job import PUBLIC_KEY, Job
from runners.judge import Refusal, judge
from runners.sources import SourceError

REMEDY = "Or add --no-sandbox, for code that you trust."


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a run is asked to be, as its user said it."""

    task: str
    tier: TierName = "quick"
    method: Path | None = None
    house: str = ""
    cases: tuple[str, ...] = ()
    seeds: int | None = None  # only the first so many
    only_seeds: tuple[int, ...] = ()
    seed_key: str = PUBLIC_KEY.hex()
    device: str = "auto"
    mode: str = "sandbox"

    @property
    def name(self) -> str:
        return self.house or (self.method.name if self.method else "")

    @property
    def folder_name(self) -> str:
        stem = self.house or (self.method.stem if self.method else "method")
        return f"{self.task}-{self.tier}-{stem}"


def job_of(wanted: Wanted, *, code: bytes | None = None) -> tuple[Job, list[str]]:
    """The job, and what must be said of it. code: the text of a method that is an object and no file. Raises Usage."""
    task = known_task(wanted.task)
    if wanted.tier not in task.boards:
        raise Usage(f"{task.slug} has no {wanted.tier} tier, only {', '.join(task.boards)}")
    board = task.board(wanted.tier)
    job = replace(
        with_code(board, wanted.method, wanted.house)
        if code is None
        else Job(task=task.slug, tier=wanted.tier, code=code),
        seed_key=key(wanted.seed_key),
        device=local.device(wanted.device),
        mode=wanted.mode,
        seeds=wanted.seeds,
        only_seeds=known_seeds(board, wanted.only_seeds) or None,
        cases=wanted.cases or None,
    )
    check_plays(job)
    if job.mode == "sandbox" and not job.oracle:
        local.require_isolation(REMEDY)
    return job, notes_of(board, wanted)


def known_task(slug: str) -> Task:
    """Raises Usage."""
    if slug not in catalogue.all_tasks():
        raise Usage(catalogue.unknown(slug))
    return catalogue.task(slug)


def with_code(board: Board, path: Path | None, slug: str) -> Job:
    """The job that plays a file, or the house method of this slug. Raises Usage."""
    if path:
        return Job(task=board.task.slug, tier=board.tier.name, code=read(path, board.task))
    known: dict[str, House] = {house.slug: house for house in board.task.house}
    if slug not in known:
        raise Usage(f"{board.task.slug} has no house method {slug!r}, only {', '.join(known)}")
    return local.job_of(board, known[slug])


def read(path: Path, task: Task) -> bytes:
    """The code of a file, a zip or a folder that an upload would take too. Raises Usage."""
    try:
        source = sources.read(path)
        judge(str(path), source.code, task)
    except SourceError as error:
        raise Usage(str(error)) from None
    except Refusal as refusal:
        raise Usage(refusal.message) from None
    return source.code


def key(text: str) -> bytes:
    """Raises Usage."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise Usage("--seed-key must be hexadecimal") from None


def known_seeds(board: Board, wanted: Sequence[int]) -> tuple[int, ...]:
    """Raises Usage for a seed that the tier does not have."""
    if unknown := [seed for seed in wanted if not 0 <= seed < board.seeds]:
        raise Usage(f"the {board.tier.name} tier has the seeds 0–{board.seeds - 1}, not {', '.join(map(str, unknown))}")
    return tuple(sorted(set(wanted)))


def check_plays(job: Job) -> None:
    """Raises Usage for a case that there is not, and where nothing is left to play."""
    try:
        if not job.plays():
            raise Usage("nothing is asked for: --seed and --seeds leave no seed")
    except ValueError as error:
        raise Usage(str(error)) from None


def notes_of(board: Board, wanted: Wanted) -> list[str]:
    if wanted.seeds and wanted.seeds > board.seeds:
        return [f"{wanted.seeds} seeds were asked for; the {board.tier.name} tier has {board.seeds}: those are played"]
    return []


def command(job: Job, file: str) -> str:
    """What repeats exactly this run. file: the method's; a key of one's own is named, since nobody else's is played here."""
    words = provenance.command(job, file=file)
    return words if job.seed_key == PUBLIC_KEY else f"{words} --seed-key {job.seed_key.hex()}"


def check_constructor(make: Any) -> None:
    """Raises ValueError where an object can't be called as a method's class is."""
    try:
        inspect.signature(make).bind(0, "cpu")
    except TypeError:
        name = getattr(make, "__name__", repr(make))
        raise ValueError(f"{name} must take (seed, device): give it an __init__(self, seed, device)") from None
