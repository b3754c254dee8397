"""`claimcheck record imputation`: plays a board's house methods and keeps what they scored as its reference.

Under the published key, in the sandbox. What still holds is not played again: neither rows of the file whose fingerprint
is the same, nor plays of a method that was interrupted, which lie in a journal beside the file until its row is whole.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from papers import reference
from papers.fingerprint import fingerprint
from papers.reference import Artefact, Failure, Play, Reference, Row
from papers.task import Board, House
from runners import local
from runners.commands.exits import Usage
from runners.evaluation import lacking
from runners.events import Event
from runners.job import Job
from runners.provenance import command, device_name, versions


def record_board(
    board: Board,
    wanted: Sequence[str],
    *,
    cases: Sequence[str],
    seeds: int | None,
    device: str,
    folder: Path | None = None,
) -> int:
    """Bring a board's rows up to date; empty `wanted` and `cases` mean all. Returns 1 where one could not be measured.

    Raises: Usage; ValueError for a case that there is not.
    """
    methods = [house for house in board.task.house if house.slug in (wanted or [house.slug])]
    if unknown := set(wanted) - {house.slug for house in methods}:
        known = ", ".join(house.slug for house in board.task.house)
        raise Usage(f"{board.task.slug} has no house method {', '.join(sorted(unknown))}, only {known}")
    where = local.device(device)
    local.require_isolation()
    path = reference.path_of(board, reference.device_class(where, device_name(where)), folder)
    with alone(path):
        return record(board, methods, path, wanted={"device": where, "seeds": seeds, "cases": tuple(cases) or None})


def record(board: Board, methods: Iterable[House], path: Path, *, wanted: dict[str, Any]) -> int:
    """Bring the rows of these methods up to date, the file after each. Returns 1 where one could not be measured."""
    status = 0
    for house in methods:
        job = replace(local.job_of(board, house), **wanted)
        known = measured_so_far(path, board).row(house.slug)
        row = play(board, house, job, path, known=known if known and reference.holds(known, board) else None)
        if row is None:
            status = 1
        elif row is not known:
            size = put(path, board, row)
            journal_of(path, house).unlink(missing_ok=True)
            print(f"{house.slug}: {len(row.plays)} plays, {path.name} takes {size} bytes")
            if size > reference.BYTES:
                print(f"  that is more than {reference.BYTES}: its figures report too much")
            if row.failure:
                print(f"  failed: {row.failure.message}")
        else:
            print(f"{house.slug}: still holds")
    return status


def measured_so_far(path: Path, board: Board) -> Reference:
    """What the file says; nothing where there is none. Raises reference.Damaged."""
    try:
        return reference.read(path)
    except FileNotFoundError:
        name = path.name.removesuffix(".json.gz").removeprefix(f"{board.tier.name}-")
        return Reference(task=board.task.slug, tier=board.tier.name, device_class=name)


def put(path: Path, board: Board, row: Row) -> int:
    """Put a row into the file, the rows in the order of the card and without what no figure needs any more.

    Returns the file's bytes.
    """
    known = measured_so_far(path, board)
    rows = {one.slug: replace(one, artefacts=tuple(_drawn(one, board))) for one in (*known.rows, row)}
    ordered = tuple(rows[house.slug] for house in board.task.house if house.slug in rows)
    return reference.write(path, replace(known, rows=ordered))


def play(board: Board, house: House, job: Job, path: Path, *, known: Row | None) -> Row | None:
    """A whole row for what the job asks: `known` itself where nothing is left to play, None where the failure is ours."""
    mark = fingerprint(board.task, house)
    journal = Journal(journal_of(path, house), f"{mark} {circumstances(job.device)}")
    progress = Progress.of(known) if known else Progress()
    for event in journal.events():
        progress.take(event, board)
    progress.forget_what_can_be_played(job)
    left = progress.left(job)
    if known and (known.failure or not left) and not journal.path.exists():
        return known
    if known and left and circumstances_of(known) != circumstances(job.device):  # plays of one row are comparable
        if lost := len(progress.plays.keys() - {(case.name, seed) for case, seed in job.plays()}):
            raise Usage(
                f"{house.slug} was recorded on {known.provenance.get('device_name')} with other libraries or another device: "
                f"to play this here would drop {lost} plays that were not asked for. Record all of it, or elsewhere: --folder"
            )
        return play(board, house, job, path, known=None)
    with journal:
        job = replace(job, done=tuple(progress.plays))
        for event in local.with_progress(local.patiently(job), len(left), name=house.slug) if left else ():
            if event["type"] in ("started", "play", "artefact", "finished", "failed"):
                journal.add(only_asked(event, job))
                progress.take(only_asked(event, job), board)
    if not progress.is_over:
        print(f"{house.slug}: not measured: {progress.trouble or 'the evaluator ended without a result'}")
        return None
    return progress.row(house.slug, mark, job)


def only_asked(event: Event, job: Job) -> Event:
    """Of what a machine can't play, the cases that a job asks for."""
    if event["type"] != "started" or job.cases is None:
        return event
    return event | {"left_out": {case: why for case, why in event["left_out"].items() if case in job.cases}}


def with_rounded_costs(scores: Mapping[str, float], board: Board) -> dict[str, float]:
    """Scores of a play, exact but for those that are costs: nobody repeats these."""
    costs = {metric.name for metric in board.task.metrics if metric.timing}
    return {name: reference.rounded(value) if name in costs else value for name, value in scores.items()}


def _drawn(row: Row, board: Board) -> Iterator[Artefact]:
    return (item for item in row.artefacts if is_drawn(board, item.case, item.name))


def journal_of(path: Path, house: House) -> Path:
    """What was played of a method's row that is not in the file yet."""
    return path.with_name(f".{path.name}.{house.slug}.jsonl")


def circumstances(device: str) -> str:
    """What plays of one row must have in common beside their code."""
    return json.dumps([versions(), device_name(device)])


def circumstances_of(row: Row) -> str:
    return json.dumps([row.provenance.get("libraries"), row.provenance.get("device_name")])


@dataclass
class Progress:
    """What is known of a method's row."""

    plays: dict[tuple[str, int], Play] = field(default_factory=dict)
    artefacts: dict[tuple[str, str, int], Artefact] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    failure: Failure | None = None
    is_over: bool = False
    trouble: str = ""

    @classmethod
    def of(cls, row: Row) -> Self:
        return cls(
            plays={(play.case, play.seed): play for play in row.plays},
            artefacts={(item.case, item.name, item.seed): item for item in row.artefacts},
            provenance=dict(row.provenance),
            left_out=dict(row.left_out),
            is_over=True,
        )

    def forget_what_can_be_played(self, job: Job) -> None:
        """Forget what was left out of a job's cases, where it can be played by now."""
        cases = {case.name: case for case, _ in job.plays()}
        playable = cases.keys() - lacking(cases.values()).keys()
        self.left_out = {case: why for case, why in self.left_out.items() if case not in playable}

    def left(self, job: Job) -> list[tuple[str, int]]:
        """What the job asks for and is not known yet; where only the end is missing, the last play."""
        if self.plays and not self.is_over and not self._missing(job):
            self.plays.popitem()
        return self._missing(job)

    def _missing(self, job: Job) -> list[tuple[str, int]]:
        places = [(case.name, seed) for case, seed in job.plays()]
        return [place for place in places if place not in self.plays and place[0] not in self.left_out]

    def take(self, event: Event, board: Board) -> None:
        """Learn from one event."""
        if event["type"] == "started":
            self.is_over, self.left_out = False, self.left_out | event["left_out"]
            self.provenance = {"data": self.provenance.get("data", {}), **event["provenance"]}
        elif event["type"] == "play":
            self._read(event["data"])
            self.plays[event["case"], event["seed"]] = Play(
                case=event["case"],
                seed=event["seed"],
                scores=with_rounded_costs(event["scores"], board),
                spent=reference.rounded(event["spent"]),
                evaluator_seconds=reference.rounded(event["evaluator_seconds"]),
            )
        elif event["type"] == "artefact" and is_drawn(board, event["case"], event["name"]):
            place = {"case": event["case"], "seed": event["seed"], "name": event["name"], "kind": event["kind"]}
            item = Artefact(**place, data=reference.rounded(event["data"], reference.DRAWN_DIGITS))  # type: ignore[arg-type]
            self.artefacts[item.case, item.name, item.seed] = item
        elif event["type"] == "finished":
            self.is_over = True
            self._read(event["data"])
        elif event["type"] == "failed" and event["whose"] == "author":
            self.is_over = True
            self.failure = Failure(
                reason=event["reason"], message=event["message"], case=event["case"], seed=event["seed"]
            )
        elif event["type"] == "failed":
            self.trouble = event["message"]

    def _read(self, data: dict[str, str]) -> None:
        """Data sets that the plays until now have read: a resumed recording reads only those of its own."""
        self.provenance["data"] = {**self.provenance.get("data", {}), **data}

    def row(self, slug: str, mark: str, job: Job) -> Row:
        """The row, whose provenance names a command that repeats all of it."""
        cases = [case.name for case in job.board.cases if any(case.name == name for name, _ in self.plays)]
        seeds = 1 + max((seed for _, seed in self.plays), default=0)
        every = len(cases) + len(self.left_out) >= len(job.board.cases)
        whole = replace(job, seeds=seeds, cases=None if every else tuple(cases), done=())
        today = datetime.now(UTC).date().isoformat()
        self.provenance |= {"seeds": seeds, "command": command(whole), "date": today}
        return Row(
            slug=slug,
            fingerprint=mark,
            plays=tuple(play for _, play in sorted(self.plays.items(), key=lambda item: (item[0][1], item[0][0]))),
            provenance=self.provenance,
            artefacts=tuple(self._needed()),
            left_out=self.left_out,
            failure=self.failure,
        )

    def _needed(self) -> Iterator[Artefact]:
        """Curves of all seeds, since their spread is drawn; of anything else the first one that there is."""
        last = ("", "")
        for (case, name, _), item in sorted(self.artefacts.items()):
            if item.kind == "curve" or (case, name) != last:
                yield item
            last = (case, name)


def is_drawn(board: Board, case: str, name: str) -> bool:
    """Whether a declared figure needs the artefact of this name on this case."""
    return any(name in figure.artefacts and getattr(figure, "case", None) in (None, case) for figure in board.figures)


class Journal:
    """The events of a method that is being played, a line each, so that what was played survives a kill."""

    def __init__(self, path: Path, mark: str) -> None:
        self.path, self._mark = path, mark
        self._file: Any = None

    def events(self) -> list[Event]:
        """What an earlier run had written, if it was about the same; a line cut short is left out."""
        try:
            head, *lines = self.path.read_text().splitlines()
        except (FileNotFoundError, ValueError):
            return []
        if head != self._mark:
            self.path.unlink()
            return []
        return list(_whole(lines))

    def add(self, event: Event) -> None:
        self._file.write(json.dumps(event, separators=(",", ":")) + "\n")
        self._file.flush()

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not self.path.exists() or not self.path.stat().st_size
        self._file = self.path.open("a")
        self._file.write(f"{self._mark}\n" if is_new else "\n")  # after a line cut short
        self._file.flush()
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _whole(lines: Iterable[str]) -> Iterator[Event]:
    for line in lines:
        with contextlib.suppress(ValueError):
            yield json.loads(line)


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the file against a second recording. Raises Usage."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise Usage(f"{path.parent} is being written by another recording") from None
    finally:
        os.close(lock)
