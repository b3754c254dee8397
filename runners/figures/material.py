"""What a board's declared figures are drawn from."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from papers.task import Board
from runners.figures import style
from runners.figures.rows import ORACLE, Kept, Row
from runners.standing.scores import Key, Scores

MAPPED = 30  # methods in a heat map or a scatter

Line = tuple[np.ndarray, np.ndarray]  # x ascending, y


@dataclass(frozen=True)
class Material:
    """Rows, means and artefacts of a board, and how the rest is had where a figure needs it."""

    board: Board
    rows: Sequence[Row]  # best first, oracles among them
    means: Mapping[Key, float]  # run, metric, case -> mean over the seeds
    artefacts: Mapping[tuple[int, str], Sequence[Kept]]  # run, name; by case and seed
    looks: Sequence[tuple[Row, style.Look]]  # the rows that have a line of their own, oracles first
    scores_of: Callable[
        [Iterable[str], Sequence[str]], Scores
    ]  # of these metrics on these cases, all rows that are drawn
    content_of: Callable[[Any], dict[str, Any]]  # of an artefact
    line_of: Callable[[Any, str], Line | None]  # of an artefact: the defined points of one of its series
    address_of: Callable[
        [Any], dict[str, Any]
    ]  # what a page needs to show an artefact later: its content, or where it is

    @property
    def oracles_first(self) -> list[Row]:
        return sorted(self.rows[:MAPPED], key=lambda row: row.submission.kind != ORACLE)

    def mean(self, row: Row, metric: str, case: str) -> float | None:
        return self.means.get((row.run_id, metric, case))

    def reports(self, row: Row, name: str, case: str | None = None) -> list[Kept]:
        """What a row's run reported under a name, on all cases or one."""
        kept = self.artefacts.get((row.run_id, name), [])
        return [one for one in kept if case in (None, one.case)]


def line_of(content: Mapping[str, Any], name: str) -> Line | None:
    """The defined points of a reported line, by x."""
    pairs = zip(content["x"], content["series"].get(name, []), strict=False)
    defined = np.array(sorted((x, y) for x, y in pairs if x is not None and y is not None))
    return (defined[:, 0], defined[:, 1]) if len(defined) else None
