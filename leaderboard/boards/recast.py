"""A board under another rule, or as of another day: made when it is read, stored nowhere."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

import numpy as np
from django.db.models import QuerySet

from leaderboard.boards import standings as boards
from leaderboard.boards import statistics as standings
from leaderboard.boards import tables
from leaderboard.models import Run, Standing
from leaderboard.boards.tables import COLUMNS, View
from papers.task import Task

LABELS = {
    "mean": "mean over cases",
    "iqm": "interquartile mean",
    "worst": "worst case",
    "rank": "mean rank",
    "weights": "own weights",
}


def rows(card: Task, view: View) -> QuerySet[Standing] | list[Standing]:
    """The rows of a view in its order. One query where the board stands as it is asked for, else all of it is made."""
    if view.is_stored:
        return tables.rows(card, view)
    return ordered(card, view, everything(card, view))


def everything(card: Task, view: View) -> list[Standing]:
    """All rows, best first, with places and values under the view's rule. Reads scores of runs that count no longer."""
    found = as_of(card, view) if view.day else list(stored(card, view))
    found = [row for row in found if row.scores]
    if not found:
        return []
    gain = gains(card, view, found)
    boards.set_places(found, gain, standings.tally(gain))
    sign = 1.0 if is_higher_better(card, view) else -1.0
    for row, own in zip(found, standings.estimates(sign * gain), strict=True):
        row.value, row.low, row.high = own.value, own.low, own.high
        row.metrics = row.metrics | {card.primary.name: {"value": own.value, "low": own.low, "high": own.high}}
    return sorted(found, key=lambda row: row.position)


def stored(card: Task, view: View) -> QuerySet[Standing]:
    """The board with its scores. One query."""
    current = Standing.objects.filter(task=card.slug, tier=view.tier, run__task_version=card.version)
    return current.select_related("submission__author", "run").defer("run__log", "run__failure_traceback", "tally")


def gains(card: Task, view: View, found: Sequence[Standing]) -> np.ndarray:
    """Scores by seed under the view's rule, (rows, seeds), higher is better; a place is negative."""
    sign = 1.0 if card.primary.better == "higher" else -1.0
    own = dict(view.weights)
    weights = np.array([own.get(case, 1.0) for case in card.ranked_cases(view.tier)])
    scores = sign * np.array([row.scores for row in found])
    return standings.by_seed(scores, view.rule or card.average, weights=weights)


def is_higher_better(card: Task, view: View) -> bool:
    return card.primary.better == "higher" and view.rule != "rank"


def as_of(card: Task, view: View) -> list[Standing]:
    """The rows of the runs that counted at the end of a day. Three queries, and more for runs that count no longer."""
    assert view.day
    end = datetime.combine(view.day, time.max, UTC)
    counting = boards.counting_runs(card, view.tier, until=end)
    found = {row.run_id: row for row in stored(card, view) if row.run_id in counting}
    former = {run: submission for run, submission in counting.items() if run not in found}
    made = list(boards.measured(card, view.tier, former))
    runs = Run.objects.select_related("submission__author").in_bulk([row.run_id for row in made])
    for row in made:
        row.run = runs[row.run_id]
        row.submission = row.run.submission
    return [*found.values(), *made]


def ordered(card: Task, view: View, found: Sequence[Standing]) -> list[Standing]:
    """What the view leaves of all rows, in its order: as tables.rows does in the database."""
    shown = [row for row in found if not view.search or matches(row, view.search)]
    if view.per_author:
        first: dict[int, Standing] = {}
        for row in found:
            first.setdefault(row.submission.author_id or 0, row)
        shown = [row for row in shown if first[row.submission.author_id or 0] is row or not row.submission.author_id]
    if not view.sort:
        return list(shown)
    name = view.sort.lstrip("-")
    values = {id(row): value_of(row, name) for row in shown}
    known = [row for row in shown if values[id(row)] is not None]
    known.sort(key=lambda row: values[id(row)], reverse=view.sort.startswith("-"))
    return known + [row for row in shown if values[id(row)] is None]


def matches(row: Standing, words: str) -> bool:
    author = row.submission.author.get_username() if row.submission.author else ""
    return words.lower() in row.submission.name.lower() or words.lower() in author.lower()


def value_of(row: Standing, name: str) -> Any:
    """What a column of the row holds; None where it is empty."""
    if name not in COLUMNS:
        return row.metrics.get(name, {}).get("value")
    value: Any = row
    for part in COLUMNS[name].split("__"):
        value = getattr(value, part, None)
    return value
