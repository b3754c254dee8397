"""Raw scores out of the database: one query, then by run, metric, case and seed."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Avg

from leaderboard.models import Score
from runners.standing.scores import Key, Scores


def scores_of(runs: Iterable[Any], **which: Any) -> Scores:
    """The scores of these runs; `which` narrows them: metric="rmse", case__in=[…]. One query."""
    return Scores(score_rows(runs, **which))


def score_rows(runs: Iterable[Any], **which: Any) -> Iterator[tuple[int, str, str, int, float]]:
    """As `scores_of`, as rows of run, metric, case, seed, value."""
    rows = Score.objects.filter(run__in=runs, **which).values_list("run_id", "metric", "case", "seed", "value")
    return rows.iterator(chunk_size=10_000)


def means_of(runs: Iterable[Any], metrics: Iterable[str]) -> dict[Key, float]:
    """(run, metric, case) -> mean over seeds, averaged in the database. One query."""
    rows = Score.objects.filter(run__in=runs, metric__in=metrics).values_list("run", "metric", "case")
    return {(run, metric, case): mean for run, metric, case, mean in rows.annotate(Avg("value")).order_by("run")}
