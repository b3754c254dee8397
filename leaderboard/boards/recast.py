"""A board under another rule, or as of another day: made when somebody asks for it, and kept until the board has changed.

A short board is made while its reader waits. A long one is made by a task; until then its reader is told so, or is shown
the rows as they were made before the last change.
"""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from leaderboard.boards import standings, tallies
from leaderboard.boards.view import COSTS, View
from leaderboard.models import PLACE, Change, Recast, RecastRow, Row, Standing
from leaderboard.running import aside
from papers import catalogue
from papers.task import Board
from runners.standing import ranking, statistics
from runners.standing.value import overall, unpaired

log = logging.getLogger(__name__)

LABELS = {
    "mean": "mean over cases",
    "iqm": "interquartile mean",
    "worst": "worst case",
    "rank": "mean rank",
    "weights": "own weights",
}
SHORT = 50  # rows of a board that is made at once
MOST = 20  # views that are kept, of all boards
LOST = timedelta(minutes=10)  # after which a view that is still not made is given to another task
SECONDS = 5  # until a reader asks again
CHUNK = 500  # rows that are written at once: others write in between
MOST_COMPARED = 11_500  # rows whose ranks get a range: see ranking.SHARES


class Making(Exception):
    """It is being made: ask again in some seconds."""


def edition(view: View) -> Recast | None:
    """What was made of the board for this view; None where the board stands as it is asked for. Three queries.

    Has it made where the board has changed since. Raises Making where there is nothing to show until then.
    """
    if view.is_stored:
        return None
    number = Change.of(view.board.task.slug)
    same = Recast.objects.filter(**view.board.key, key=key_of(view))
    latest = same.exclude(made=None).order_by("-change").first()
    if latest and latest.change == number:
        return latest
    if not Standing.objects.of_board(view.board).order_by()[SHORT:].exists():
        return make_at_once(view, number)
    if not same.filter(made=None, began__gt=timezone.now() - LOST).exists():
        hand_over(view, number)
    if latest is None:
        raise Making
    latest.is_behind = True
    return latest


def key_of(view: View) -> str:
    """The same for all views that are made of the same numbers, whichever rows are wanted, and in which order."""
    plain = replace(view, sort="", search="", per_author=False, columns=(), cost=COSTS[0])
    return hashlib.sha256(f"{view.board.task.version} {plain.query()}".encode()).hexdigest()


def make_at_once(view: View, number: int) -> Recast:
    with transaction.atomic():
        where: dict[str, Any] = {**view.board.key, "key": key_of(view), "change": number}
        made, _ = Recast.objects.get_or_create(**where)
        if made.made is None:  # else somebody else was faster
            fill(made, view)
    return made


def hand_over(view: View, number: int) -> None:
    """Let a task make it. Whoever comes second finds that it is under way."""
    where: dict[str, Any] = {**view.board.key, "key": key_of(view), "change": number}
    Recast.objects.filter(**where, made=None, began__lte=timezone.now() - LOST).delete()
    mine, is_new = Recast.objects.get_or_create(**where)
    if not is_new:
        return
    query = replace(view, sort="", search="", per_author=False).query().removeprefix("?")
    if not aside.send("recast", recast=mine.pk, task=view.board.task.slug, query=query):
        log.warning("the broker is away: a view of %s is made later", view.board)
        mine.delete()


def make(recast: int, task: str, query: str) -> None:
    """Make what was handed over, unless another delivery of the task has begun with it."""
    mine = Recast.objects.filter(pk=recast, made=None, started=None)
    if mine.update(started=timezone.now()):
        fill(Recast.objects.get(pk=recast), View.of(catalogue.task(task), QueryDict(query)))


def fill(recast: Recast, view: View) -> None:
    """Write the rows of a view and forget older ones; readers see it when all are there."""
    made = [row_of(recast, row) for row in recast_rows(view)]
    for start in range(0, len(made), CHUNK):
        RecastRow.objects.bulk_create(made[start : start + CHUNK])
    recast.made = timezone.now()
    recast.save(update_fields=["made"])
    others = Recast.objects.exclude(pk=recast.pk).exclude(made=None)
    others.filter(task=recast.task, tier=recast.tier, key=recast.key, change__lt=recast.change).delete()
    Recast.objects.filter(pk__in=list(others.order_by("-began").values_list("pk", flat=True)[MOST - 1 :])).delete()


def row_of(recast: Recast, row: Standing) -> RecastRow:
    names = [field.attname for field in Row._meta.get_fields() if field.concrete]
    values = {name: getattr(row, name) for name in (*PLACE, *names)}
    return RecastRow(recast=recast, submission_id=row.submission_id, run_id=row.run_id, **values)


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
    contenders = standings.contending(present)
    apart = unpaired(view.board.task, cases, rule_of(view))
    counts = tally_of(view, present, cases, gain) if len(contenders) <= MOST_COMPARED else None
    standings.set_places(present, gain, counts, apart)
    set_values(view, present, cases, gain)
    return sorted(present, key=lambda row: row.position or 0)


def tally_of(view: View, present: Sequence[Standing], cases: Sequence[str], gain: np.ndarray) -> np.ndarray:
    """The tally of those that contend. Of a day by the task's own rule from the board's, where most stood then already."""
    contenders, apart = standings.contending(present), unpaired(view.board.task, cases, rule_of(view))
    runs = {row.run_id for row in present}
    board = list(stored_rows(view.board)) if view.day and view.rule is None else []
    gone = [row for row in board if row.run_id not in runs]
    known = tallies.tallies_of(view.board) if len(gone) < len(board) / 2 else {}
    there = {row.run_id for row in board if row.submission_id in known and set(row.cases) == set(cases)}
    still = [index for index in contenders if present[index].run_id in there]
    if not still or still != contenders[: len(still)] or len(there) < len(known):
        return ranking.tally(gain[contenders], apart)
    counts = np.array([known[present[index].submission_id] for index in still])
    left = gains(view, gone, cases)[standings.contending(gone)] if gone else gain[:0]
    return standings.updated_tally(counts, gain[contenders], left, apart)


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


def weights_of(view: View, cases: Sequence[str]) -> np.ndarray | None:
    """Of the cases in a mean: the viewer's own in the place of the board's."""
    if view.rule != "weights":
        return view.board.weights(cases)
    own = dict(view.weights)
    return np.array([own.get(case, 1.0) for case in cases])


def stored_rows(board: Board) -> QuerySet[Standing]:
    """The board with its scores, and what a view keeps of it. One query."""
    names = [field.name for field in Row._meta.get_fields()]
    wanted = ("task", "tier", "submission__kind", "run", "scores", "cases", *names)
    rows: QuerySet[Standing] = Standing.objects.of_board(board).select_related("submission").only(*wanted)
    return rows


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
    """The rows of the runs that counted at the end of a day. Two queries, and more for runs that count no longer."""
    board = view.board
    counting = standings.counting_runs(board, until=end_of_day(view))
    still = {row.run_id: row for row in stored_rows(board) if row.run_id in counting and set(row.cases) == set(cases)}
    former = {run: submission for run, submission in counting.items() if run not in still}
    return [*still.values(), *standings.rows_of(board, former, cases)]
