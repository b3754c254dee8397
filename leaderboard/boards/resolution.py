"""What a board can tell apart: the least difference, the share of its pairs, and the cases that tell nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from leaderboard.boards import kept, references, standings
from leaderboard.models import Change, Standing
from papers import catalogue
from papers.task import Board
from runners.standing import ranking, statistics, value

COUNTED = 60  # rows that are looked at: enough to say how fine a board is
BEST = 5
COMPARED = ("task", "tier", "submission__kind", "value", "metrics", "cases", "flags", "scores")
FEWEST = 4  # methods on both tiers for a rank correlation


@dataclass(frozen=True)
class Resolution:
    """How fine a board is, by the best rows that are compared."""

    rows: int
    difference: float | None  # in the primary metric's unit; None where no spread was seen
    told_apart: int  # pairs
    silent: list[str]  # ranked cases on which no two of the best are told apart
    best: int
    is_recorded: bool
    other_tier: str = ""
    correlation: float | None = None  # of ranks on the two tiers
    common: int = 0  # methods on both

    @property
    def pairs(self) -> int:
        return self.rows * (self.rows - 1) // 2

    @property
    def percent(self) -> float:
        return 100 * self.told_apart / self.pairs


def resolution_of(board: Board) -> Resolution | None:
    """None where no two rows can be compared. A query for each tier while the runs of the best rows stay, else four."""
    state = tuple(run for each in board.task.boards.values() for run in [None, *runs_of_the_best(each)])
    paper = catalogue.paper_of(board.task.slug)
    known: Resolution | None = kept.once(
        paper, ("resolution", str(board)), lambda: made_of(board), suffixes=(Change.HOUSE,), state=state
    )
    return known


def runs_of_the_best(board: Board) -> list[int]:
    """One query."""
    best = Standing.objects.of_board(board).exclude(submission__kind=standings.ORACLE).order_by("position")
    return list(best.values_list("run", flat=True)[:COUNTED])


def made_of(board: Board) -> Resolution | None:
    rows = compared_rows(board)
    cases = list(rows[0].cases) if rows else []
    if len(rows) < 2 or not cases or board.seeds < 2:
        return None
    gain = standings.gains(board, rows, cases)
    unpaired = value.unpaired(board.task, cases)
    step, better, _ = ranking.step_down(ranking.tally(gain, unpaired))
    tier, correlation, common = between_tiers(board, rows)
    return Resolution(
        rows=len(rows),
        difference=ranking.least_difference(gain, step, unpaired),
        told_apart=int(better.sum()),
        silent=silent_cases(board, rows[:BEST], cases),
        best=min(BEST, len(rows)),
        is_recorded=rows[0].is_recorded,
        other_tier=tier,
        correlation=correlation,
        common=common,
    )


def compared_rows(board: Board) -> list[Standing]:
    """The best rows that this site has measured; where it has no two yet, those that stand in. Who takes no rank is left out."""
    own = Standing.objects.of_board(board).exclude(submission__kind=standings.ORACLE)
    own = own.select_related("submission").only(*COMPARED)
    rows = [row for row in own.order_by("position")[:COUNTED] if standings.takes_rank(row)]
    if len(rows) > 1:
        return rows
    return [row for row in references.stand_ins(board) if standings.takes_rank(row)][:COUNTED]


def silent_cases(board: Board, best: Sequence[Standing], cases: Sequence[str]) -> list[str]:
    """The cases on which no two of the best are told apart, by Holm's procedure over their pairs."""
    gain = board.task.primary.gain(standings.stored_scores(board, best, cases))
    pairs = list(combinations(range(len(best)), 2))

    def is_silent(index: int, case: str) -> bool:
        alone, unpaired = gain[:, index, None], value.unpaired(board.task, [case])
        return not statistics.told_apart(
            {(i, j): statistics.difference(alone[i], alone[j], unpaired) for i, j in pairs}
        )

    return [case for index, case in enumerate(cases) if is_silent(index, case)]


def between_tiers(board: Board, rows: Sequence[Standing]) -> tuple[str, float | None, int]:
    """Another tier of the task, Spearman's correlation of the ranks on both, and how many methods have them."""
    for other in board.task.boards.values():
        if other is not board:
            there = {row.submission_id: references.gain(other, row) for row in compared_rows(other)}
            both = [
                (references.gain(board, row), there[row.submission_id]) for row in rows if row.submission_id in there
            ]
            if len(both) >= FEWEST:
                ranks = [statistics.places(np.array(values)) for values in zip(*both, strict=True)]
                return other.tier.name, correlation_of(*ranks), len(both)
    return "", None, 0


def correlation_of(first: np.ndarray, second: np.ndarray) -> float | None:
    """None where all of one are equal."""
    return float(np.corrcoef(first, second)[0, 1]) if np.ptp(first) and np.ptp(second) else None
