"""What was recorded of methods whose rows aren't whole, and what of a board nobody has recorded."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from leaderboard.boards import references, standings
from papers.metrics import Finding
from papers.task import Board, House
from runners.standing.statistics import Estimate


@dataclass(frozen=True)
class Cell:
    """What one method scored on one case of which not all is recorded."""

    estimate: Estimate
    seeds: int
    is_best: bool  # of its case, flagged rows apart


@dataclass(frozen=True)
class Part:
    """One method whose row isn't whole: a cell for each case."""

    method: House
    flags: list[Finding]
    cells: list[Cell | None]


@dataclass(frozen=True)
class InPart:
    """Cases, and what was recorded on each of them of the methods whose rows aren't whole."""

    cases: list[str]
    rows: list[Part]

    @property
    def seeds(self) -> set[int]:
        return {cell.seeds for row in self.rows for cell in row.cells if cell}


def parts_of(board: Board) -> InPart | None:
    """Methods (no oracles) of which a ranked case or a seed is still to be played, in the card's order, where this site has
    not measured them itself; None if there are none. Two queries where there are some."""
    parts = list(not_whole(board))
    measured = references.measured_here(board) if parts else set()
    known = [
        (method, cells, references.flags_of(board, one))
        for method, one in parts
        if method.slug not in measured and (cells := cells_of(board, one))
    ]
    cases = [case.name for case in board.cases if any(case.name in cells for _, cells, _ in known)]
    best: dict[str, float] = {}
    for _, cells, found in known:
        for case, (estimate, _) in cells.items() if not found else ():
            best[case] = max(best.get(case, -math.inf), primary_gain(board, estimate))

    def cell(case: str, cells: Mapping[str, tuple[Estimate, int]], *, is_flagged: bool) -> Cell | None:
        if case not in cells:
            return None
        estimate, seeds = cells[case]
        return Cell(estimate, seeds, not is_flagged and primary_gain(board, estimate) == best[case])

    rows = [
        Part(method, found, [cell(case, cells, is_flagged=bool(found)) for case in cases])
        for method, cells, found in known
    ]
    return InPart(cases, rows) if rows else None


def not_whole(board: Board) -> Iterator[tuple[House, references.Recorded]]:
    wanted = {(case, seed) for case in board.ranked_cases for seed in range(board.seeds)}
    known = references.recorded(board)
    for method in board.task.house:
        one = known.get(method.slug) if method.kind != standings.ORACLE else None
        if one and wanted - {(play.case, play.seed) for play in one.plays if play.case not in one.row.left_out}:
            yield method, one


def cells_of(board: Board, one: references.Recorded) -> dict[str, tuple[Estimate, int]]:
    """By case, the primary metric and over how many seeds."""
    scores, primary = references.scores_of([one]), board.task.primary.name
    estimates = {case.name: scores.estimate(one.number, primary, case.name) for case in board.cases}
    return {
        case: (estimate, len(scores.by_seed(one.number, primary, case)))
        for case, estimate in estimates.items()
        if estimate
    }


def primary_gain(board: Board, estimate: Estimate) -> float:
    return float(board.task.primary.gain(np.array(estimate.value)))


def gaps(board: Board) -> list[tuple[str, str]]:
    """What of a board no reference result covers, in words, and why."""
    titles = {method.slug: method.title for method in board.task.house}
    old = ", ".join(references.outdated(board))
    told = [(old, "recorded before its code changed, or the board's; to be recorded anew")] if old else []
    for gap in board.tier.gaps:
        methods = ", ".join(titles[slug] for slug in gap.methods) or ("Every method" if gap.cases else "The rest")
        told.append((f"{methods} on {', '.join(gap.cases)}" if gap.cases else methods, gap.why))
    return told
