"""What a board's declared figures are drawn from."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from leaderboard.boards import references
from leaderboard.boards.scores import means_of
from leaderboard.boards.standings import ORACLE
from leaderboard.figures import charts, style
from leaderboard.models import Artefact, Standing
from papers.figures import Figure
from papers.task import Board
from runners.standing.scores import Key

MAPPED = 30  # methods in a heat map or a scatter


@dataclass(frozen=True)
class Material:
    """Rows, means and artefacts of a board."""

    board: Board
    rows: Sequence[Standing]  # best first, oracles among them
    means: Mapping[Key, float]  # run, metric, case -> mean over the seeds
    artefacts: Mapping[tuple[int, str], Sequence[Artefact]]  # run, name; by case and seed

    @property
    def looks(self) -> list[tuple[Standing, style.Look]]:
        """The rows that have a line of their own, oracles first."""
        return charts.looks(self.rows)

    @property
    def oracles_first(self) -> list[Standing]:
        return sorted(self.rows[:MAPPED], key=lambda row: row.submission.kind != ORACLE)

    def mean(self, row: Standing, metric: str, case: str) -> float | None:
        return self.means.get((row.run_id, metric, case))

    def recorded_by_seed(self, metrics: Iterable[str], cases: Sequence[str]) -> dict[tuple[int, str], list[float]]:
        """(run, metric) -> means over these cases by seed, of the stand-ins that have all of them."""
        numbers = [row.run_id for row in self.rows if row.is_recorded]
        if not numbers:
            return {}
        scores = references.scores_of(references.recorded(self.board).values())
        tables = {
            (run, metric): scores.array(run, metric, cases=cases, seeds=self.board.seeds)
            for run in numbers
            for metric in metrics
        }
        return {key: table.mean(axis=0).tolist() for key, table in tables.items() if np.isfinite(table).all()}

    def reports(self, row: Standing, name: str, case: str | None = None) -> list[Artefact]:
        """What a row's run reported under a name, on all cases or one."""
        kept = self.artefacts.get((row.run_id, name), [])
        return [one for one in kept if case in (None, one.case)]


def material_for(board: Board, rows: Sequence[Standing], figures: Sequence[Figure]) -> Material:
    """Two queries."""
    metrics = {name for figure in figures for name in figure.metrics}
    names = {name for figure in figures for name in figure.artefacts}
    lines = [row.run_id for row, _ in charts.looks(rows)]
    mapped = [row.run_id for row in rows[:MAPPED]] + lines
    means: dict[Key, float] = means_of(mapped, metrics)
    artefacts: dict[tuple[int, str], list[Artefact]] = artefacts_of(lines, names)
    if any(row.is_recorded for row in rows):
        means |= references.means(board, metrics)
        artefacts |= references.artefacts(board, names)
    return Material(board, rows, means, artefacts)


def artefacts_of(runs: Sequence[int], names: Iterable[str]) -> dict[tuple[int, str], list[Artefact]]:
    """By run and name, in the order of cases and seeds. One query."""
    kept: dict[tuple[int, str], list[Artefact]] = defaultdict(list)
    for artefact in Artefact.objects.filter(run__in=runs, name__in=names).order_by("case", "seed"):
        kept[artefact.run_id, artefact.name].append(artefact)
    return dict(kept)
