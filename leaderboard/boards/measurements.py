"""What was measured of the house methods that claims are about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from leaderboard.boards import references, tables
from leaderboard.boards.scores import score_rows
from leaderboard.models import Run
from papers import catalogue
from papers.metrics import Metric
from papers.task import Board
from runners.standing.scores import Scores


@dataclass(frozen=True)
class Measurements:
    """Their scores: this site's own and, until there are some, recorded ones."""

    runs: Mapping[tuple[str, str, str], Run]  # task, tier, house method
    recorded: Mapping[tuple[str, str, str], Run]
    scores: Scores

    def run(self, board: Board, house: str | None) -> Run | None:
        key = (board.task.slug, board.tier.name, house or "")
        return self.runs.get(key) or self.recorded.get(key)

    def pair(self, board: Board, first: str, second: str) -> tuple[Run, Run] | None:
        """Runs of two methods on the same seeds: both this site's own, or both recorded."""
        for runs in (self.runs, self.recorded):
            one, other = (runs.get((board.task.slug, board.tier.name, house)) for house in (first, second))
            if one and other:
                return one, other
        return None

    def trivial(self, board: Board, metric: Metric, case: str) -> float | None:
        """The best control's mean on a case; None where none was measured, or where no value is better than another."""
        if not metric.is_ranked:
            return None
        means = [
            float(np.mean(list(values.values())))
            for house in controls(board)
            if (run := self.run(board, house)) and (values := self.scores.by_seed(run.pk, metric.name, case))
        ]
        return max(means, key=metric.gain, default=None)


def measurements_of(boards: Sequence[Board]) -> Measurements:
    """What was measured of everything that is claimed on these boards. Three queries, whatever their number."""
    wanted = {(board.task.slug, board.tier.name, house) for board in boards for house in houses_claimed(board)}
    rows = tables.house_rows({task for task, _, _ in wanted}, house_slug__in={house for _, _, house in wanted})
    runs = {
        (row.task, row.tier, row.submission.house_slug): row.run
        for row in rows.for_lists()
        if (row.task, row.tier, row.submission.house_slug) in wanted and not row.run.is_stale
    }
    metrics = {claim.metric for board in boards for claim in board.evidence.claims}
    metrics |= {item.metric for board in boards for item in board.evidence.comparisons}
    stand_ins = {
        (board.task.slug, board.tier.name, slug): one
        for board in boards
        for slug, one in references.recorded(board).items()
        if slug in houses_claimed(board)
    }
    recorded: dict[tuple[str, str, str], Run] = {
        key: one.run(catalogue.board(*key[:2])) for key, one in stand_ins.items()
    }
    measured = score_rows([run.pk for run in runs.values()], metric__in=metrics)
    known = chain.from_iterable(one.score_rows() for one in stand_ins.values())
    return Measurements(runs, recorded, Scores(chain(measured, known)))


def houses_claimed(board: Board) -> set[str]:
    """The house methods that a board's claims and comparisons speak of, and the controls that claims are held against."""
    named = {claim.house for claim in board.evidence.claims if claim.house}
    named |= {slug for item in board.evidence.comparisons for slug in (item.house, item.than)}
    return named | set(controls(board) if board.evidence.claims else ())


def controls(board: Board) -> list[str]:
    return [house.slug for house in board.task.house if house.kind == "control"]
