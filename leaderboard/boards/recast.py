"""A board under another rule, or as of another day: made when it is read, stored nowhere."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

import numpy as np
from django.db.models import QuerySet

from leaderboard.boards import kept, search, standings, tables
from leaderboard.boards.view import COLUMNS, View
from leaderboard.models import Run, Standing
from papers.task import Board
from runners.standing import ranking, statistics
from runners.standing.value import overall

LABELS = {
    "mean": "mean over cases",
    "iqm": "interquartile mean",
    "worst": "worst case",
    "rank": "mean rank",
    "weights": "own weights",
}


def rows(view: View) -> QuerySet[Standing] | list[Standing]:
    """The rows of a view in its order. One query where the board stands as it is asked for, else all of it is made, or
    recalled. Raises kept.Busy.
    """
    return tables.rows(view) if view.is_stored else arrange(view, kept.rows(view, recast_rows))


def end_of_day(view: View) -> datetime | None:
    return datetime.combine(view.day, time.max, UTC) if view.day else None


def recast_rows(view: View) -> list[Standing]:
    """All rows, best first, with places and values under the view's rule. Reads scores of runs that count no longer."""
    missing = standings.left_out(view.board, until=end_of_day(view))
    cases = standings.cases_ranked_on(view.board, missing)
    present = rows_of_day(view, cases) if view.day else list(stored_rows(view.board))
    if not present or not cases:
        return []
    gain = gains(view, present, cases)
    standings.set_places(present, gain, ranking.tally(gain[standings.contending(present)]))
    set_values(view, present, cases, gain)
    return sorted(present, key=lambda row: row.position)


def set_values(view: View, present: Sequence[Standing], cases: Sequence[str], gain: np.ndarray) -> None:
    """Set what each row's value is under the view's rule: in the metric's unit, but a mean rank is a place."""
    primary = view.board.task.primary
    scores = standings.stored_scores(view.board, present, cases)
    for row, own, places in zip(present, scores, gain, strict=True):
        if view.rule == "rank":
            value = dict(vars(statistics.estimate(-places)))
        else:
            value = overall(view.board.task, own, rule_of(view), weights=weights_of(view, cases))
        row.value, row.low, row.high = value["value"], value["low"], value["high"]
        row.metrics = row.metrics | {primary.name: value}


def rule_of(view: View) -> statistics.Rule:
    return view.rule or view.board.task.average


def weights_of(view: View, cases: Sequence[str]) -> np.ndarray:
    own = dict(view.weights)
    return np.array([own.get(case, 1.0) for case in cases])


def stored_rows(board: Board) -> QuerySet[Standing]:
    """The board with its scores. One query."""
    current = Standing.objects.filter(**board.key, run__task_version=board.task.version)
    return current.with_scores()


def gains(view: View, present: Sequence[Standing], cases: Sequence[str]) -> np.ndarray:
    """Scores under the view's rule, (rows, strata, seeds), higher is better; a place is negative.

    A mean rank depends on who else is there: contenders are placed among themselves, an oracle among all of them.
    """
    gain = view.board.task.primary.gain(standings.stored_scores(view.board, present, cases))
    if view.rule != "rank":
        share_draws = view.board.task.cases_share_draws
        return statistics.strata_of(gain, rule_of(view), weights=weights_of(view, cases), share_draws=share_draws)
    contenders = standings.contending(present)
    places = np.empty((len(present), 1, gain.shape[2]))
    places[contenders] = statistics.strata_of(gain[contenders], "rank")
    for oracle in set(range(len(present))) - set(contenders):
        places[oracle] = statistics.strata_of(gain[[*contenders, oracle]], "rank")[-1]
    return places


def rows_of_day(view: View, cases: Sequence[str]) -> list[Standing]:
    """The rows of the runs that counted at the end of a day. Three queries, and more for runs that count no longer."""
    board = view.board
    counting = standings.counting_runs(board, until=end_of_day(view))
    still = {row.run_id: row for row in stored_rows(board) if row.run_id in counting and set(row.cases) == set(cases)}
    former = {run: submission for run, submission in counting.items() if run not in still}
    made = list(standings.rows_of(board, former, cases))
    runs = Run.objects.select_related("submission__author").in_bulk([row.run_id for row in made])
    for row in made:
        row.run = runs[row.run_id]
        row.submission = row.run.submission
    return [*still.values(), *made]


def arrange(view: View, present: Sequence[Standing]) -> list[Standing]:
    """What the view leaves of all rows, in its order: as tables.rows does in the database."""
    wanted = [row for row in present if not view.search or search.holds(view.search, *searched_texts(row))]
    if view.per_author:
        first: dict[int, Standing] = {}
        for row in present:
            first.setdefault(row.submission.author_id or 0, row)
        wanted = [row for row in wanted if first[row.submission.author_id or 0] is row or not row.submission.author_id]
    if not view.sort:
        return wanted
    values = {id(row): sort_value(view, row) for row in wanted}
    known = [row for row in wanted if values[id(row)] is not None]
    known.sort(key=lambda row: values[id(row)], reverse=view.sort.startswith("-"))
    return known + [row for row in wanted if values[id(row)] is None]


def searched_texts(row: Standing) -> tuple[str, str]:
    """What tables.SEARCHED names. Reads submission.author."""
    return row.submission.name, row.submission.author.get_username() if row.submission.author else ""


def sort_value(view: View, row: Standing) -> Any:
    """What the column that a view is sorted by holds; None where it is empty. As tables.sort_column has it."""
    name = view.sort.lstrip("-")
    if name not in COLUMNS:
        value = row.metrics.get(name, {}).get("value")
        return value if value is None or view.target is None else abs(value - view.target)
    content: Any = row
    for part in COLUMNS[name].split("__"):
        content = getattr(content, part, None)
    return content
