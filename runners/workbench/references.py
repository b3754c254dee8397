"""The recorded results of a board's house methods, as what an author's own are held beside.

They were played under the published key, as a run on this machine is: the same draws, so that differences are paired.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from papers import reference
from papers.task import Board, House
from runners.standing.scores import Scores

log = logging.getLogger(__name__)
MINE = 1  # the run that is looked at; recorded ones have numbers below 0


@dataclass(frozen=True, eq=False)
class Recorded:
    """What was recorded of one house method. `run_id` is the number of its run, which no site has."""

    run_id: int
    house: House
    row: reference.Row

    def score_rows(self) -> Iterator[tuple[int, str, str, int, float]]:
        """run, metric, case, seed, value."""
        for play in self.row.plays:
            for metric, value in play.scores.items():
                yield self.run_id, metric, play.case, play.seed, value

    def gain(self, board: Board) -> float:
        """How good it is on the ranked cases, for an order; minus infinity where it has no score there."""
        name, by_case = board.task.primary.name, defaultdict[str, list[float]](list)
        for play in self.row.plays:
            if name in play.scores:
                by_case[play.case].append(play.scores[name])
        cases = [case for case in board.ranked_cases if case in by_case]
        means = [float(np.mean(board.task.primary.gain(np.array(by_case[case])))) for case in cases]
        return float(np.average(means, weights=board.weights(cases))) if means else float("-inf")


@cache
def recorded(board: Board) -> tuple[Recorded, ...]:
    """The rows that still hold, the best first, oracles among them. Reads files once."""
    known: dict[str, reference.Row] = {}
    for path in sorted((board.task.folder / "reference").glob(f"{board.tier.name}-*.json.gz")):
        for row in rows_in(path):
            if row.plays and not row.failure and reference.holds(row, board):
                known.setdefault(row.slug, row)
    rows = [Recorded(-number, board.task.method(slug), row) for number, (slug, row) in enumerate(known.items(), 1)]
    return tuple(sorted(rows, key=lambda one: -one.gain(board)))


def rows_in(path: Path) -> tuple[reference.Row, ...]:
    """None of a file that somebody changed: an author can do without."""
    try:
        return reference.read(path).rows
    except reference.Damaged as error:
        log.warning("%s", error)
        return ()


@cache
def scores_of(board: Board) -> Scores:
    """Of all recorded methods, by the numbers of their runs."""
    return Scores(row for one in recorded(board) for row in one.score_rows())


def contenders(board: Board) -> list[Recorded]:
    """Those that a method can be better or worse than: no oracles."""
    return [one for one in recorded(board) if one.house.kind != "oracle"]
