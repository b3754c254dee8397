"""What a figure asks of a board's rows and of what their runs reported; and the look that each row has in all of them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from runners.figures import style

ORACLE = "oracle"
PROFILED = 8  # methods with a colour of their own


class Author(Protocol):
    """Whose row it is. `kind`: method, baseline, control or oracle."""

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> str: ...


class Row(Protocol):
    """A row of a board, by the numbers of its run and its submission."""

    @property
    def run_id(self) -> int: ...

    @property
    def submission_id(self) -> int: ...

    @property
    def submission(self) -> Author: ...

    @property
    def is_recorded(self) -> bool: ...


class Kept(Protocol):
    """An artefact that a run reported; its content is read when it is drawn."""

    @property
    def pk(self) -> int: ...

    @property
    def case(self) -> str: ...

    @property
    def seed(self) -> int: ...

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> str: ...


AnyRow = TypeVar("AnyRow", bound=Row)


def looks(rows: Sequence[AnyRow], *, most: int = PROFILED) -> list[tuple[AnyRow, style.Look]]:
    """The rows that have a line of their own, oracles first, each with its look. Reads submission."""
    oracles = [row for row in rows if row.submission.kind == ORACLE]
    best = [row for row in rows if row.submission.kind != ORACLE][:most]
    numbered = [*enumerate(oracles), *enumerate(best)]
    return [(row, look_for(row, style.look_of_method(index, row.submission.kind))) for index, row in numbered]


def look_for(row: Row, look: style.Look) -> style.Look:
    """Hollow where the row was recorded and not measured here."""
    return replace(look, symbol=f"{look.symbol}-open") if row.is_recorded else look
