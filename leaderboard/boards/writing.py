"""Writes rows and places of a board; who writes holds the board first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from leaderboard.boards import tallies
from leaderboard.models import PLACE, Change, Place, Standing
from papers.task import Board

BATCH = 200  # rows that one statement writes


def hold(*boards: Board) -> None:
    """Let no other transaction write these boards until ours ends. SQLite's transactions take turns anyway.

    What writes boards and other things besides holds the boards first, all of them at once: whoever waits for a board has
    nothing that others wait for.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for name in sorted(f"board {board}" for board in boards):
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])


@dataclass(frozen=True)
class Plan:
    """What is to be written of a board: places as the database takes them, whole rows, and rows that go."""

    moved: Sequence[Sequence[Any]]  # of PLACE and the key
    fresh: Sequence[Standing]
    gone: Sequence[int]
    tally: tallies.Packed
    is_upload: bool = False  # what is placed, and nothing but places changes of the others

    def write(self, board: Board) -> None:
        """Call it in a transaction that holds the board."""
        (Change.note_upload if self.is_upload else Change.note)(board.task.slug)
        Standing.objects.filter(pk__in=self.gone).delete()
        move(self.moved)
        save(self.fresh)
        self.tally.keep(board)


def standing_submissions(board: Board) -> dict[int, int]:
    """Standing -> submission of every row of a board. One query."""
    return dict(Standing.everything.filter(**board.key).order_by().values_list("pk", "submission"))


def save(rows: Sequence[Standing]) -> None:
    """Write whole rows and their places; one that stands already is overwritten."""
    unique = {"task", "tier", "submission"}
    names = [field.name for field in Standing._meta.fields if field.name not in unique | {"id"}]
    known: dict[str, Any] = {"batch_size": BATCH, "update_conflicts": True}
    Standing.objects.bulk_create(rows, unique_fields=sorted(unique), update_fields=names, **known)
    shared = ("task", "tier", "version")
    places = [
        Place(
            standing=row,
            **{name: getattr(row, name) for name in shared},
            **dict(zip(PLACE, place_of(row), strict=True)),
        )
        for row in rows
    ]
    Place.objects.bulk_create(places, unique_fields=["standing"], update_fields=[*shared, *PLACE], **known)


def place_of(row: Standing) -> tuple[int | None, ...]:
    """What PLACE names."""
    return row.position, row.rank, row.rank_low, row.rank_high, row.group


def move(values: Sequence[Sequence[Any]]) -> None:
    """Write places, of PLACE and the key each: a newcomer moves most of a board."""
    quote = connection.ops.quote_name
    table, columns = quote(Place._meta.db_table), [quote(name) for name in PLACE]
    if not values:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # one statement: each would be planned and answered by itself
            told = ", ".join(f"{column} = v.{column}" for column in columns)
            arrays = "%s::bigint[], " + ", ".join(["%s::integer[]"] * len(PLACE))
            cursor.execute(
                f"UPDATE {table} p SET {told} FROM unnest({arrays}) AS v (standing_id, {', '.join(columns)}) "  # noqa: S608  # names of ours
                "WHERE p.standing_id = v.standing_id",
                [list(column) for column in zip(*((pk, *place) for *place, pk in values), strict=True)],
            )
        else:
            told = ", ".join(f"{column} = %s" for column in columns)
            cursor.executemany(f"UPDATE {table} SET {told} WHERE standing_id = %s", values)  # noqa: S608  # names of ours
