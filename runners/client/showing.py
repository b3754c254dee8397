"""What a site said, on a terminal: nothing of it is trusted, so no character of it may steer the terminal."""

import sys
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

LONG = 10.0  # seconds, from which on tenths say nothing
WIDTH = 160  # of what goes to no terminal
NOTHING = 1e-6
SPANS = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"))


def harmless(text: str) -> str:
    """The text without what moves cursors, colours or rings."""
    return "".join(character if character.isprintable() or character in "\n\t" else "?" for character in text)


def console() -> Console:
    """The standard output as it is now: a terminal, or as wide as a table may be."""
    return Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False, markup=False)


def table(title: str, columns: list[tuple[str, str]], rows: list[list[str]]) -> Table:
    """columns: (heading, "left" or "right")."""
    drawn = Table(title=harmless(title), title_justify="left", box=None, pad_edge=False, header_style="bold")
    for heading, side in columns:
        drawn.add_column(Text(heading), justify="right" if side == "right" else "left")
    for row in rows:
        drawn.add_row(*(Text(harmless(cell)) for cell in row))
    return drawn


def duration(seconds: float | None) -> str:
    """ "about 3 min", "" where nobody knows."""
    if seconds is None:
        return ""
    for span, unit in SPANS:
        if seconds >= span:
            return f"{seconds / span:.1f} {unit}"
    return f"{seconds:.0f} s" if seconds >= LONG else f"{seconds:.1f} s"


def interval(row: dict[str, Any]) -> str:
    """The value with its 95 % interval, where it has one."""
    if row["low"] is None:
        return number(row["value"])
    return f"{number(row['value'])} [{number(row['low'])}, {number(row['high'])}]"


def number(value: float) -> str:
    """Four digits; what is nothing beside rounding is 0."""
    return f"{value:.4g}" if abs(value) >= NOTHING else "0"


def rank(row: dict[str, Any]) -> str:
    """ "3 (2–4)": the rank and how sure it is."""
    if row["rank"] is None:
        return "–"
    if row["rank_low"] in (None, row["rank_high"]):
        return str(row["rank"])
    return f"{row['rank']} ({row['rank_low']}–{row['rank_high']})"
