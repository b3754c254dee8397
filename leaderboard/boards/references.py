"""Recorded results of house methods: they stand in until this site has measured the methods itself.

They were played under the published key, so nothing that was measured here is paired with them: a stand-in has a value, an
interval and a cost, and no rank. It is a row that is never saved. Its run has a negative number, so that everything which
finds scores and reports by run serves both.
"""

import hashlib
import logging
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from django.db.models import QuerySet

from leaderboard.boards import kept, marks, search, standings, tables
from leaderboard.boards.view import COLUMNS, View
from leaderboard.models import Artefact, Run, Standing, Submission
from papers import catalogue, reference
from papers.metrics import Finding
from papers.task import Board, House
from runners.standing.scores import Key, Scores

log = logging.getLogger(__name__)
MOST_REPORTS = 100_000  # of one method
reading = threading.Lock()  # of threads that meet a board for the first time, one reads


@dataclass(frozen=True, eq=False)
class Recorded:
    """What was recorded of one house method, and the number that its run would have."""

    number: int
    row: reference.Row

    @property
    def plays(self) -> Sequence[reference.Play]:
        return self.row.plays

    def score_rows(self) -> Iterator[tuple[int, str, str, int, float]]:
        """run, metric, case, seed, value."""
        for play in self.plays:
            for metric, value in play.scores.items():
                yield self.number, metric, play.case, play.seed, value

    def run(self, board: Board) -> Run:
        """An unsaved run with what lists show of it."""
        told, spent = self.row.provenance, [play.spent for play in self.plays]
        return Run(
            pk=self.number,
            **board.key,
            task_version=board.task.version,
            status=Run.Status.FINISHED,
            left_out=dict(self.row.left_out),
            device=told["device"],
            device_name=told["device_name"],
            isolation=told["isolation"],
            ended=datetime.fromisoformat(told["date"]).replace(tzinfo=UTC) if "date" in told else None,
            provenance=dict(told),
            seconds=sum(one["seconds"] for one in spent),
            cpu_seconds=sum(one["cpu_seconds"] for one in spent),
            gpu_seconds=sum(one["gpu_seconds"] for one in spent),
            memory_bytes=max(one["memory_bytes"] for one in spent),
            gpu_memory_bytes=max(
                (one["gpu_memory_bytes"] for one in spent if one["gpu_memory_bytes"] is not None), default=None
            ),
        )


def recorded(board: Board) -> Mapping[str, Recorded]:
    """House method -> what was recorded of it as it is now; a row that no longer holds is left out. Reads files once."""
    return everything(board)[0]


def outdated(board: Board) -> list[str]:
    """The titles of methods of which something was recorded, but not as they or the board are now."""
    return [method.title for method in board.task.house if method.slug in everything(board)[1]]


def everything(board: Board) -> tuple[Mapping[str, Recorded], frozenset[str]]:
    """What was recorded and holds, by method; and the methods of which nothing holds any more."""
    paths = sorted((board.task.folder / "reference").glob(f"{board.tier.name}-*.json.gz"))
    files = tuple((path, path.stat().st_mtime_ns) for path in paths)
    with reading:
        return _recorded(board, files)


@lru_cache(maxsize=200)
def _recorded(board: Board, files: tuple[tuple[Path, int], ...]) -> tuple[Mapping[str, Recorded], frozenset[str]]:
    known: dict[str, Recorded] = {}
    met: set[str] = set()
    marks.load()
    for path, _ in files:
        for row in rows_in(path):
            if row.plays and not row.failure:
                met.add(row.slug)
                if marks.holds(row, board):
                    known.setdefault(row.slug, Recorded(number_of(board, row), row))
    if files:
        marks.save()
    return known, frozenset(met - known.keys())


def number_of(board: Board, row: reference.Row) -> int:
    """What stands for the number of its run: negative, and the same in all processes, which share what pages are made of."""
    digest = hashlib.sha256(f"{board}/{row.slug}/{row.fingerprint}".encode()).digest()
    return -1 - int.from_bytes(digest[:5])


def rows_in(path: Path) -> Sequence[reference.Row]:
    """None of a file that somebody changed: a page can do without, and the log says so."""
    try:
        return reference.read(path).rows
    except reference.Damaged as error:
        log.error("%s", error)
        return ()


def expense(board: Board, method: House) -> float:
    """CPU-seconds of a whole run, the evaluator's counted: as recorded, or what the card guesses."""
    one = recorded(board).get(method.slug)
    if one is None:
        return method.expense
    spent = sum(play.spent["cpu_seconds"] + play.evaluator_seconds for play in one.plays)
    return spent * len(board.cases) * board.seeds / len(one.plays)


def is_stand_in(run: Run | None) -> bool:
    return run is not None and run.pk < 0


def scores_of(every: Iterable[Recorded]) -> Scores:
    return Scores(chain.from_iterable(one.score_rows() for one in every))


def stand_ins(board: Board) -> list[Standing]:
    """Rows of the house methods that don't stand on a board but were recorded, best first. Three queries for each change where
    there are some."""
    known = recorded(board)
    if not known:
        return []
    rows: list[Standing] = kept.once(
        catalogue.paper_of(board.task.slug), ("stand-ins", str(board)), lambda: made_of(board, known)
    )
    return rows


def made_of(board: Board, known: Mapping[str, Recorded]) -> list[Standing]:
    measured = measured_here(board)
    rows = [
        row
        for submission in house_submissions(board)
        if submission.house_slug not in measured
        and (one := known.get(submission.house_slug))
        and (row := row_of(board, one, submission))
    ]
    return sorted(rows, key=lambda row: -gain(board, row))


def house_submissions(board: Board) -> QuerySet[Submission]:
    return Submission.objects.in_the_running().filter(task=board.task.slug, is_house=True)


def measured_here(board: Board) -> set[str]:
    """The house methods that stand on a board by this site's own runs. Two queries."""
    standing = tables.house_rows([board.task.slug]).of_board(board)
    return set(standing.values_list("submission__house_slug", flat=True))


def row_of(board: Board, one: Recorded, submission: Submission) -> Standing | None:
    """The row that a submission would have; None where not all was recorded that ranks."""
    known = row_without_submission(board, one)
    if known is None:
        return None
    row = copy(known)
    row.submission = submission
    return row


@lru_cache(maxsize=1000)
def row_without_submission(board: Board, one: Recorded) -> Standing | None:
    scores = scores_of([one])
    cases = standings.cases_ranked_on(board, one.row.left_out)
    method = Submission(kind=board.task.method(one.row.slug).kind)
    row = standings.row_of(board, scores, run=one.number, submission=method, cases=cases)
    if row is None:
        return None
    row.flags = [flag.as_json() for flag in flags_of(board, one)]
    row.run = one.run(board)
    row.is_recorded = True
    return row


def flags_of(board: Board, one: Recorded) -> list[Finding]:
    """The card's flags that what was recorded of a method raises."""
    method = Submission(kind=board.task.method(one.row.slug).kind)
    return standings.flags_of(board, scores_of([one]), {}, run=one.number, submission=method)


def gain(board: Board, row: Standing) -> float:
    """What a row is placed by, higher is better."""
    primary = board.task.primary
    distance = row.metrics.get(primary.name, {}).get("distance")
    return -float(distance) if distance is not None else float(primary.gain(np.array(row.value)))


def merged(board: Board, own: Sequence[Standing], others: Sequence[Standing]) -> list[Standing]:
    """Both in the order of the board; `own` keeps its order."""
    rows = list(own)
    for row in others:
        place = next((i for i, known in enumerate(rows) if gain(board, known) < gain(board, row)), len(rows))
        rows.insert(place, row)
    return rows


def with_stand_ins(view: View, own: Sequence[Standing], *, is_first: bool, is_last: bool) -> list[Standing]:
    """A page of a view with the stand-ins that belong there; sorted by a column they come last. Two queries."""
    if not view.is_stored:
        return list(own)
    others = arrange(view, stand_ins(view.board))
    if view.sort:
        return [*own, *others] if is_last else list(own)
    rows = merged(view.board, own, others)
    mine = [index for index, row in enumerate(rows) if not row.is_recorded]
    start = 0 if is_first or not mine else mine[0]
    return rows[start:] if is_last or not mine else rows[start : mine[-1] + 1]


def arrange(view: View, stand_ins: Sequence[Standing]) -> list[Standing]:
    """What a view leaves of rows that are never saved, in its order: as order.ordered does in the database."""
    wanted = [row for row in stand_ins if not view.search or search.holds(view.search, row.submission.name)]
    if not view.sort:
        return wanted
    values = {id(row): sort_value(view, row) for row in wanted}
    known = [row for row in wanted if values[id(row)] is not None]
    known.sort(key=lambda row: values[id(row)], reverse=view.sort.startswith("-"))
    return known + [row for row in wanted if values[id(row)] is None]


def sort_value(view: View, row: Standing) -> Any:
    """What the column that a view is sorted by holds; None where it is empty. As order.sort_column has it."""
    name = view.sort.lstrip("-")
    if name not in COLUMNS:
        value = row.metrics.get(name, {}).get("value")
        return value if value is None or view.target is None else abs(value - view.target)
    content: Any = row
    for part in COLUMNS[name].split("__"):
        content = getattr(content, part, None)
    return content


def complete(among: Iterable[Board]) -> dict[str, list[Standing]]:
    """task -> its recorded rows, the best first, oracles apart: where all of the house but these are recorded. One query."""
    boards = {board.task.slug: board for board in among}
    rows: dict[str, list[Standing]] = defaultdict(list)
    known: Counter[str] = Counter()
    own = Submission.objects.in_the_running().filter(is_house=True, task__in=boards)
    for submission in own.exclude(kind=standings.ORACLE):
        board = boards[submission.task]
        one = recorded(board).get(submission.house_slug)
        known[submission.task] += one is not None
        if one and (row := row_of(board, one, submission)):
            rows[submission.task].append(row)
    return {
        task: sorted(every, key=lambda row: -gain(boards[task], row))
        for task, every in rows.items()
        if known[task] == sum(method.kind != standings.ORACLE for method in boards[task].task.house)
    }


def leader(rows: Iterable[Standing]) -> Standing | None:
    """The first of them that is no control and has no flag; where all have one, the first that is no control."""
    worthy = [row for row in rows if row.submission.kind != "control"]
    return next((row for row in worthy if not row.flags), worthy[0] if worthy else None)


def means(board: Board, metrics: Iterable[str]) -> dict[Key, float]:
    """(run, metric, case) -> mean over seeds, of everything that was recorded on a board."""
    every, wanted = recorded(board).values(), list(metrics)
    scores = scores_of(every)
    return {
        (one.number, metric, case): value
        for one in every
        for metric in wanted
        for case, value in scores.means(one.number, metric).items()
    }


def artefacts(board: Board, names: Iterable[str]) -> dict[tuple[int, str], list[Artefact]]:
    """By run and name: unsaved artefacts that hold their content themselves."""
    wanted, kept = set(names), defaultdict(list)
    for one in recorded(board).values():
        for number, told in enumerate(one.row.artefacts):
            if told.name in wanted:
                kept[one.number, told.name].append(artefact(one, number, told))
    return kept


def artefact(one: Recorded, number: int, told: reference.Artefact) -> Artefact:
    fields = {"case": told.case, "seed": told.seed, "name": told.name, "kind": told.kind}
    kept = Artefact(pk=one.number * MOST_REPORTS - number, run_id=one.number, **fields)
    kept.content = told.data
    return kept
