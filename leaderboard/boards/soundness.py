"""Does a board land where it must? What its card declares of its controls, checked on the rows as they stand.

A row that lies on the wrong side counts where Holm's procedure over all that is checked on the board tells it apart, so at
least two standard errors off. Stand-ins are checked where nothing was measured here.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Max, Q

from leaderboard.boards import references, standings
from leaderboard.models import Place, Standing, Submission
from papers import catalogue
from papers.evidence import Relation
from papers.task import Board
from runners.standing import statistics
from runners.standing.value import unpaired

EXACT = 1e-9  # what is nearer to its value is there
MOST = 1000  # rows that are looked at in all


@dataclass(frozen=True)
class Violation:
    """A relation that doesn't hold, with the two numbers."""

    text: str
    name: str
    value: float
    other: str  # a method, or "exactly"
    expected: float | None  # None: a flag is missing
    explanation: str = ""
    p: float = 0.0

    @property
    def is_explained(self) -> bool:
        return bool(self.explanation)


def violations(board: Board, rows: Sequence[Standing]) -> list[Violation]:
    """What is wrong with a board whose rows these are: of the house, and whoever stands above an oracle. No query."""
    cases = list(rows[0].cases) if rows else []
    if not cases:
        return []
    found = [*declared(board, rows, cases), *beyond_oracles(board, rows, cases), *leading_controls(board, rows, cases)]
    sure = statistics.holm(np.array([one.p for one in found]))
    return [one for one, is_sure in zip(found, sure, strict=True) if is_sure]


def declared(board: Board, rows: Sequence[Standing], cases: Sequence[str]) -> Iterator[Violation]:
    """What the card's own relations suspect."""
    house = {row.submission.house_slug: row for row in rows if row.submission.is_house}
    for relation in board.task.relations:
        row, other = house.get(relation.house), house.get(relation.below)
        over = [case for case in relation.cases or cases if case in cases]
        if row and over and relation.flag:
            yield from missing_flag(relation, row)
        elif row and over and relation.value is not None:
            yield from off_its_value(board, relation, row, over)
        elif row and over and other:
            yield from beats(board, row, other, over, text=relation.text, explanation=relation.explanation)


def missing_flag(relation: Relation, row: Standing) -> Iterator[Violation]:
    if relation.flag not in {flag["label"] for flag in row.flags}:
        yield Violation(relation.text, row.submission.name, row.value, relation.flag, None, relation.explanation)


def off_its_value(board: Board, relation: Relation, row: Standing, cases: Sequence[str]) -> Iterator[Violation]:
    assert relation.value is not None
    scores = standings.stored_scores(board, [row], cases)
    how: dict[str, Any] = {"weights": board.weights(cases), "share_draws": board.task.cases_share_draws}
    strata = statistics.strata_of(scores - relation.value, **how)[0]
    off = statistics.difference(strata, np.zeros_like(strata))
    if abs(off.value) > EXACT and off.p is not None:
        mean = relation.value + off.value
        yield Violation(
            relation.text, row.submission.name, mean, "exactly", relation.value, relation.explanation, off.p
        )


def beats(
    board: Board, row: Standing, other: Standing, cases: Sequence[str], *, text: str, explanation: str = ""
) -> Iterator[Violation]:
    """Where a row is better than one that it can't beat, with the p-value of that."""
    first, second = standings.gains(board, [row, other], cases)
    lead = statistics.difference(first, second, unpaired(board.task, cases))
    if lead.value > EXACT and lead.p is not None:
        how: dict[str, Any] = {"weights": board.weights(cases), "share_draws": board.task.cases_share_draws}
        scores = statistics.strata_of(standings.stored_scores(board, [row, other], cases), **how)
        means = [float(one.mean()) for one in scores]
        yield Violation(text, row.submission.name, means[0], other.submission.name, means[1], explanation, lead.p)


def beyond_oracles(board: Board, rows: Sequence[Standing], cases: Sequence[str]) -> Iterator[Violation]:
    bounds = {house.slug for house in board.task.house if house.kind == standings.ORACLE and house.is_bound}
    oracles = [row for row in rows if row.submission.house_slug in bounds]
    for row in rows:
        for oracle in oracles:
            if row.submission.kind != standings.ORACLE:
                yield from beats(board, row, oracle, cases, text="Nobody can be better than the oracle")


def leading_controls(board: Board, rows: Sequence[Standing], cases: Sequence[str]) -> Iterator[Violation]:
    """A control that is better than whatever of the house is none."""
    by_kind: dict[str, list[Standing]] = defaultdict(list)
    for row in rows:
        if row.submission.is_house and standings.takes_rank(row):
            by_kind[row.submission.kind].append(row)
    rivals = by_kind["baseline"] + by_kind["method"]
    if rivals:
        best = max(rivals, key=lambda row: references.gain(board, row))
        for control in by_kind["control"]:
            yield from beats(board, control, best, cases, text="No control can be the best of the house")


def rows_to_check(**which: str) -> dict[tuple[str, str], list[Standing]]:
    """(task, tier) -> rows of the house, and those above an oracle. Four queries, each by an index."""
    there = {"task": which["task"]} if "task" in which else {}
    house = list(Submission.objects.filter(is_house=True, **there).values_list("pk", flat=True))
    own = Standing.objects.filter(submission__in=house, **which)
    oracles = own.filter(submission__kind=standings.ORACLE).order_by().values_list("task", "tier")
    above = Q(pk__in=[])
    for task, tier, last in oracles.annotate(Max("position")):
        above |= Q(task=task, tier=tier, position__lt=last)
    better = list(Place.objects.filter(above).order_by("position").values_list("pk", flat=True)[:MOST])
    rows = Standing.objects.filter(Q(submission__in=house) | Q(pk__in=better), **which).with_scores()
    by_board: dict[tuple[str, str], list[Standing]] = defaultdict(list)
    for row in rows.order_by("position")[:MOST]:
        if row.run.task_version == row.board.task.version:
            by_board[row.task, row.tier].append(row)
    return by_board


def violations_on(board: Board) -> list[Violation]:
    """What is wrong with a board. Four queries, six where nothing was measured here."""
    rows = rows_to_check(**board.key)[board.task.slug, board.tier.name]
    return violations(board, rows or references.stand_ins(board))


def broken_boards() -> list[tuple[Board, list[Violation]]]:
    """The boards of this site with something wrong that nobody explained. Four queries."""
    checked = [(catalogue.board(*key), rows) for key, rows in rows_to_check().items()]
    wrong = [(board, [one for one in violations(board, rows) if not one.is_explained]) for board, rows in checked]
    return [(board, found) for board, found in wrong if found]
