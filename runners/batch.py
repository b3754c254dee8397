"""`claimcheck batch LIST OUT`: plays a list on a machine that is at hand for minutes, and brings one archive back.

A line of the list: board, tier, method, case, seeds, and perhaps the word "alone"; * is every one, 0-4 a range, # a remark.

    imputation quick gain * 0-2
    imputation quick gain breast/mcar-50 0 alone

Plays go on side by side for their scores, as many as --jobs; those marked "alone" are played (again) one at a time when
the others are over: for their times, and to see whether the scores repeat. Whatever was played is kept in OUT as it comes;
the same command goes on from there. At the end, or when --seconds are over, OUT holds references as `record` writes them,
and OUT.tar.gz all of it; `claimcheck batch --merge OUT.tar.gz` puts those rows among the boards' own that still hold.
"""

import tarfile
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock, Timer
from typing import Any

from papers import catalogue, reference
from papers.fingerprint import fingerprint
from papers.task import Board, House
from runners import local
from runners.commands.exits import Usage
from runners.job import Job, events
from runners.provenance import device_name
from runners.recording import Journal, Progress, alone, circumstances, journal_of, put

KEPT = ("started", "play", "artefact", "finished")
FIELDS = 5  # of a line, before "alone"
Place = tuple[str, int]  # case, seed


def play_list(path: Path, out: Path, *, device: str, jobs: int, together: int, seconds: float) -> int:
    """Play what the list asks for and pack it into an archive. Returns 1 where a play met trouble. Raises Usage."""
    where = local.device(device)
    local.require_isolation()
    rows = rows_of(path.read_text(), out, where)
    out.mkdir(parents=True, exist_ok=True)
    with alone(out / "of this batch"):
        batch = Batch(rows, jobs=jobs, until=time.monotonic() + seconds, together=together)
        batch.play_all()
        for row in rows:
            row.write()
        pack(out)
    print(f"{batch.summary()}; {out}.tar.gz")
    return 1 if batch.troubles else 0


@dataclass
class Row:
    """What is wanted and known of one method of a board. `shared`: the plays that others ran beside."""

    board: Board
    house: House
    job: Job
    path: Path
    wanted: dict[Place, None] = field(default_factory=dict)
    timed: dict[Place, None] = field(default_factory=dict)
    progress: Progress = field(default_factory=Progress)
    shared: set[Place] = field(default_factory=set)
    repeats: dict[Place, bool] = field(default_factory=dict)  # whether a second play scored the same
    lock: Lock = field(default_factory=Lock)

    @property
    def name(self) -> str:
        return f"{self.board.task.slug} {self.board.tier.name} {self.house.slug}"

    def resume(self) -> None:
        """Learn what the journal knows."""
        self.journal = Journal(
            journal_of(self.path, self.house),
            f"{fingerprint(self.board.task, self.house)} {circumstances(self.job.device)}",
        )
        for event in self.journal.events():
            self.take(event)

    def take(self, event: Any) -> None:
        if event["type"] == "play":
            place = event["case"], event["seed"]
            if known := self.progress.plays.get(place):
                self.repeats[place] = known.scores == event["scores"]
            (self.shared.add if event["beside"] else self.shared.discard)(place)
        self.progress.take(event, self.board)

    def keep(self, event: Any) -> None:
        with self.lock, self.journal:
            self.journal.add(event)
            self.take(event)

    def left(self, *, alone: bool) -> list[Place]:
        """What has yet to be played, side by side or alone."""
        if alone:
            return [place for place in self.timed if place in self.shared or place not in self.progress.plays]
        return [place for place in self.wanted if place not in self.progress.plays and place not in self.timed_only]

    @property
    def timed_only(self) -> set[Place]:
        return {place for place in self.timed if place not in self.wanted}

    def write(self) -> None:
        """Put what is known into the reference of this device."""
        if not self.progress.plays and not self.progress.failure:
            return
        row = self.progress.row(self.house.slug, fingerprint(self.board.task, self.house), self.job)
        more: dict[str, Any] = {"beside_others": len(self.shared)} if self.shared else {}
        if self.repeats:
            more["repeated"] = {"plays": len(self.repeats), "same_scores": sum(self.repeats.values())}
        put(self.path, self.board, replace(row, provenance={**row.provenance, **more}))


def rows_of(text: str, out: Path, device: str) -> list[Row]:
    """What a list asks for, method by method in the order of the list. Raises Usage."""
    rows: dict[tuple[str, str, str], Row] = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if len(words) not in (FIELDS, FIELDS + 1) or words[FIELDS:] not in ([], ["alone"]):
            raise Usage(f"line {number} of the list is no board, tier, method, case and seeds: {line!r}")
        try:
            read_line(words, rows, out, device)
        except (KeyError, ValueError) as error:
            raise Usage(f"line {number} of the list: {error}") from None
    for row in rows.values():
        row.resume()
    return list(rows.values())


def read_line(words: list[str], rows: dict[tuple[str, str, str], Row], out: Path, device: str) -> None:
    """Raises ValueError, KeyError for what there is not."""
    task, tier, slug, case = words[:4]
    board = catalogue.board(task, tier)
    houses = [house for house in board.task.house if slug in ("*", house.slug)]
    cases = [known.name for known in board.cases if case in ("*", known.name)]
    if not houses or not cases:
        raise ValueError(f"{task} {tier} has no method {slug} or no case {case}")
    first, _, last = (words[4] if words[4] != "*" else f"0-{board.seeds - 1}").partition("-")
    seeds = range(int(first), int(last or first) + 1)
    if not seeds or seeds[-1] >= board.seeds:
        raise ValueError(f"{task} {tier} has the seeds 0-{board.seeds - 1}, not {words[4]}")
    places = [(name, seed) for seed in seeds for name in cases]
    for house in houses:
        path = reference.path_of(board, reference.device_class(device, device_name(device)), out / task)
        job = replace(local.job_of(board, house), device=device)
        row = rows.setdefault((task, tier, house.slug), Row(board, house, job, path))
        (row.timed if words[FIELDS:] else row.wanted).update(dict.fromkeys(places))


@dataclass
class Batch:
    """The plays of some rows, under way. `until` is a time.monotonic()."""

    rows: list[Row]
    jobs: int
    until: float
    together: int
    played: int = 0
    troubles: Counter[str] = field(default_factory=Counter)

    def play_all(self) -> None:
        with ThreadPoolExecutor(self.jobs) as pool:
            for trouble in pool.map(lambda unit: self.play(*unit, beside=self.jobs - 1), list(self.units(alone=False))):
                self.troubles += Counter(trouble)
        for row, places in list(self.units(alone=True)):
            self.troubles += Counter(self.play(row, places, beside=0))

    def units(self, *, alone: bool) -> Iterator[tuple[Row, list[Place]]]:
        """What one evaluator is given: some plays of one method."""
        for row in self.rows:
            left = row.left(alone=alone)
            for at in range(0, len(left), self.together):
                yield row, left[at : at + self.together]

    def play(self, row: Row, places: list[Place], *, beside: int) -> list[str]:
        """Play these and keep what is said; returns what went wrong, ours or the machine's."""
        seconds = self.until - time.monotonic()
        if seconds <= 0 or row.progress.failure:
            return []
        process = job_for(row.job, places).start()
        timer = Timer(seconds, process.kill)
        timer.start()
        trouble = ["the evaluator ended without a result"]
        try:
            for event in events(process):
                if event["type"] in KEPT:
                    row.keep({**event, "beside": beside})
                    self.played += event["type"] == "play"
                if event["type"] == "finished":
                    trouble = []
                elif event["type"] == "failed":
                    trouble = self.judge(row, event, places, beside)
        except ValueError:
            pass  # a line cut short by the end of the time
        finally:
            timer.cancel()
            process.kill()
            process.wait()
        return [] if time.monotonic() > self.until else [f"{row.name}: {what}" for what in trouble]

    def judge(self, row: Row, event: Any, places: list[Place], beside: int) -> list[str]:
        """What a failure means: beside others a limit of time is nobody's, and those plays are tried again alone."""
        if event["whose"] == "author" and event["reason"] == "limit" and beside:
            row.timed.update(dict.fromkeys(place for place in places if place not in row.progress.plays))
            return []
        print(f"{row.name}: {event['case']}, seed {event['seed']}: {event['message']}")
        if event["whose"] == "author":
            row.keep({**event, "beside": beside})
            return []
        return [str(event["message"])]

    def summary(self) -> str:
        left = sum(len(row.left(alone=False)) + len(row.left(alone=True)) for row in self.rows)
        differ = sum(not same for row in self.rows for same in row.repeats.values())
        troubles = "".join(f"\n  {count} x {what}" for what, count in self.troubles.items())
        repeated = sum(len(row.repeats) for row in self.rows)
        return f"{self.played} plays, {left} left, {repeated} repeated of which {differ} scored otherwise{troubles}"


def job_for(job: Job, places: list[Place]) -> Job:
    """The job that plays exactly these."""
    cases = tuple(dict.fromkeys(case for case, _ in places))
    seeds = 1 + max(seed for _, seed in places)
    done = tuple((case, seed) for case in cases for seed in range(seeds) if (case, seed) not in places)
    return replace(job, cases=cases, seeds=seeds, done=done)


def pack(out: Path) -> None:
    """One file of everything, journals included: a kill may have come before a row was written."""
    with tarfile.open(f"{out}.tar.gz", "w:gz") as archive:
        archive.add(out, arcname=".")


def merge(archive: Path) -> int:
    """Put the rows of an archive into the boards' references. Rows whose method has changed since are named and left."""
    names: dict[str, list[str]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder, tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
        for file in sorted(Path(folder).glob("*/*.json.gz")):
            measured = reference.read(file)
            board = catalogue.board(measured.task, measured.tier)
            for row in measured.rows:
                holds = reference.holds(row, board)
                names["taken" if holds else "changed since"].append(f"{board} {row.slug}")
                if holds:
                    put(reference.path_of(board, measured.device_class), board, row)
    for what, rows in names.items():
        print(f"{what}: {', '.join(rows)}")
    return 0 if names["taken"] else 1
