"""Which rows a view shows, and in which order: as keys, from which pages are cut.

Rows that a page doesn't show cost four numbers each, read once for each change and order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import F, FloatField, QuerySet
from django.db.models.functions import Abs, Cast

from leaderboard.boards import kept, search, tables
from leaderboard.boards.view import COLUMNS, View
from leaderboard.models import Place, Recast, RecastRow, Standing, shown_name, standing_key
from papers import catalogue

HOUSE = 0  # the author of what nobody has uploaded


@dataclass(frozen=True)
class Keys:
    """Of all rows in one order."""

    rows: np.ndarray
    submissions: np.ndarray
    authors: np.ndarray
    positions: np.ndarray


def every(view: View, made: Recast | None) -> QuerySet[Any]:
    """The rows among which a view chooses: of the board as it stands, or as it was made for this view."""
    return made.rows.all() if made else Standing.objects.of_board(view.board)


def ordered(view: View, made: Recast | None) -> QuerySet[Any]:
    """All of them in the view's order; missing values come last in either direction."""
    rows = every(view, made)
    if not view.sort:
        return rows.order_by("position")
    column, is_descending = sort_column(view), view.sort.startswith("-")
    return rows.order_by(column.desc(nulls_last=True) if is_descending else column.asc(nulls_last=True), "position")


def sort_column(view: View) -> Any:
    """A column, a metric's value, or its distance from the metric's target."""
    name = view.sort.lstrip("-")
    if name == "money":
        return tables.money()
    if name == "author":
        return shown_name("submission__author")
    if name in COLUMNS:
        return F(COLUMNS[name])
    value = F(f"metrics__{name}__value")
    return value if view.target is None else Abs(Cast(value, FloatField()) - view.target)


def keys_of_all(view: View, made: Recast | None) -> Keys:
    """One query for each change of the board and each order."""

    def make() -> Keys:
        numbers = ordered(view, made).values_list("pk", "submission", "author", "position")
        found = [(pk, submission, author or HOUSE, place) for pk, submission, author, place in numbers]
        return Keys(*np.array(found, np.int64).reshape(-1, 4).T.copy())

    known: Keys = kept.once(
        catalogue.paper_of(view.board.task.slug),
        ("order", str(view.board), made.key if made else "", view.sort),
        make,
        state=made.pk if made else None,
    )
    return known


@dataclass(frozen=True)
class All(Sequence[int]):
    """The keys of all rows, of which a page reads its own: a query each to count and to cut them."""

    view: View
    made: Recast | None

    def places(self) -> QuerySet[Any]:
        """Their narrowest form."""
        return self.made.rows.all() if self.made else Place.objects.filter(**standing_key(self.view.board))

    def __len__(self) -> int:
        return self.places().count()

    def __getitem__(self, which: Any) -> Any:
        rows = ordered(self.view, self.made) if self.view.sort else self.places().order_by("position")
        keys = rows.values_list("pk", flat=True)[which]
        return list(keys) if isinstance(which, slice) else keys


def chosen(view: View, made: Recast | None) -> Sequence[int]:
    """The keys of the rows that a view shows, in its order. No query before it is cut where all are shown."""
    if view.is_whole:
        return All(view, made)
    keys = keys_of_all(view, made)
    wanted = np.ones(len(keys.rows), bool)
    if view.search:
        wanted = np.isin(keys.submissions, search.holding(view.search, tables.names_of(view.board.task)))
    if view.per_author:
        wanted = best_of_authors(keys, wanted)
    found: list[int] = keys.rows[wanted].tolist()
    return found


def best_of_authors(keys: Keys, wanted: np.ndarray) -> np.ndarray:
    """Of these rows what stands first of each author, and all of the house."""
    by_place = np.flatnonzero(wanted)[np.argsort(keys.positions[wanted])]
    _, firsts = np.unique(keys.authors[by_place], return_index=True)
    is_best = np.zeros(len(wanted), bool)
    is_best[by_place[firsts]] = True
    best: np.ndarray = wanted & (is_best | (keys.authors == HOUSE))
    return best


def rows(view: View, made: Recast | None, keys: Sequence[int]) -> list[Any]:
    """The rows of these keys, with what lists show of them. One query."""
    every_one = RecastRow.objects.filter(recast=made) if made else Standing.objects.all()
    found = {row.pk: row for row in every_one.for_lists().filter(pk__in=keys)}
    return [found[key] for key in keys if key in found]
