"""What was recorded of methods that have no place by it, and what of a board nobody has recorded."""

from collections.abc import Iterator
from dataclasses import dataclass

from leaderboard.boards import references, standings
from leaderboard.models import Submission
from papers.metrics import Finding
from papers.task import Board
from runners.standing.statistics import Estimate


@dataclass(frozen=True)
class Cell:
    """What one method scored on one case, and in how many seeds; None where it has no score."""

    estimate: Estimate | None
    seeds: int


@dataclass(frozen=True)
class Part:
    """One method that has no place: a cell for each case, None where it wasn't played."""

    submission: Submission
    flags: list[Finding]
    cells: list[Cell | None]


@dataclass(frozen=True)
class InPart:
    """Cases, and what was recorded on each of them of the methods that have no place."""

    cases: list[str]
    rows: list[Part]

    @property
    def seeds(self) -> set[int]:
        return {cell.seeds for row in self.rows for cell in row.cells if cell}


def parts_of(board: Board) -> InPart | None:
    """Methods (no oracles) of which a ranked case or a seed is still to be played, or has no score, in the card's order,
    where this site has not measured them itself; None if there are none. Three queries where there are some."""
    parts = list(without_place(board))
    if not parts:
        return None
    measured = references.measured_here(board)
    own = {each.house_slug: each for each in references.house_submissions(board)}
    known = [(own[slug], one) for slug, one in parts if slug in own and slug not in measured]
    played = {play.case for _, one in known for play in one.plays}
    cases = [case.name for case in board.cases if case.name in played]
    rows = [
        Part(submission, references.flags_of(board, one), [cell_of(board, one, case) for case in cases])
        for submission, one in known
    ]
    return InPart(cases, rows) if rows else None


def without_place(board: Board) -> Iterator[tuple[str, references.Recorded]]:
    known = references.recorded(board)
    for method in board.task.house:
        one = known.get(method.slug) if method.kind != standings.ORACLE else None
        if one and references.row_without_submission(board, one) is None:
            yield method.slug, one


def cell_of(board: Board, one: references.Recorded, case: str) -> Cell | None:
    """Of the primary metric."""
    if not any(play.case == case for play in one.plays):
        return None
    scores, primary = references.scores_of([one]), board.task.primary.name
    return Cell(scores.estimate(one.number, primary, case), len(scores.by_seed(one.number, primary, case)))


def gaps(board: Board) -> list[tuple[str, str]]:
    """What of a board no reference result covers, in words, and why."""
    titles = {method.slug: method.title for method in board.task.house}
    old = ", ".join(references.outdated(board))
    told = [(old, "recorded before its code changed, or the board's; to be recorded anew")] if old else []
    for gap in board.tier.gaps:
        methods = ", ".join(titles[slug] for slug in gap.methods) or ("Every method" if gap.cases else "The rest")
        told.append((f"{methods} on {', '.join(gap.cases)}" if gap.cases else methods, gap.why))
    return told
