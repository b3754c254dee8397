"""`claimcheck tables`: writes the tables of measured results in the papers' READMEs anew, and docs/budget.md.

A table follows a comment that says what stands in it, and is followed by an empty line:

    <!-- recorded imputation
    methods: mean, gain
    breast, half gone: rmse breast/mcar-50 .3
        gain .15 ± .01
    skill: skill
    CPU-s: cpu_seconds sum
    -->

The first line names the board, and its tier if that is not "quick". `methods` may be left out: all that are recorded. Who has
none of the scores asked for has no row. Each other line is a column: its heading, a metric, then in any order a case (none: the
mean over the ranked cases), how the seeds are summed up (mean, median, sum; ± adds half of a case's 95 % interval), a factor
(*100) and the decimals (.2). Indented lines put a text, what had been expected, into the cell of one method, in brackets; a
column of them alone has no metric.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import fsum
from pathlib import Path
from statistics import fmean, median, stdev

from scipy.stats import t as student_t

import papers
from papers import catalogue, reference
from papers.playing import Spent
from papers.reference import Play, Row
from papers.task import TIERS, Board
from runners import budget

BLOCK = re.compile(r"(<!-- recorded (?P<board>\S+)(?: (?P<tier>\S+))?\n(?P<lines>.*?)-->\n)(?:\|[^\n]*\n)*", re.S)
SUMS: dict[str, Callable[[list[float]], float]] = {"mean": fmean, "median": median, "sum": fsum}
COSTS = {*Spent.__annotations__, "evaluator_seconds"}
DEVICES = "cpu"


@dataclass
class Column:
    """One column: `notes` are texts by method."""

    heading: str
    metric: str = ""
    case: str = ""
    over_seeds: str = "mean"
    has_interval: bool = False
    times: int = 1
    decimals: int = 2
    notes: dict[str, str] = field(default_factory=dict)

    def cell(self, row: Row, board: Board) -> str:
        number = self.number(row, board) if self.metric else None
        told = "" if number is None else text_of(number * self.times, self.decimals)
        if self.has_interval and (half := self.half_interval(row)) is not None:
            told += f" ± {text_of(half * self.times, self.decimals)}"
        note = self.notes.get(row.slug, "")
        return f"{told} ({note})" if told and note else told or note

    def number(self, row: Row, board: Board) -> float | None:
        if self.case or self.over_seeds == "sum":
            return self.sum_up(play for play in row.plays if self.case in ("", play.case))
        by_case = {name: self.sum_up(play for play in row.plays if play.case == name) for name in board.ranked_cases}
        known = {name: value for name, value in by_case.items() if value is not None}
        weights = board.weights(list(known))
        return fmean(known.values(), None if weights is None else weights.tolist()) if known else None

    def half_interval(self, row: Row) -> float | None:
        """Of the mean over seeds in the case, by Student's t; None of a single seed."""
        told = [numbers_of(play).get(self.metric) for play in row.plays if play.case == self.case]
        values = [value for value in told if value is not None]
        n = len(values)
        return float(student_t.ppf(0.975, n - 1)) * stdev(values) / n**0.5 if n > 1 else None

    def sum_up(self, plays: Iterable[Play]) -> float | None:
        values = [value for play in plays if (value := numbers_of(play).get(self.metric)) is not None]
        return SUMS[self.over_seeds](values) if values else None


def numbers_of(play: Play) -> Mapping[str, float]:
    """What can stand in a column: scores, what the method used, and the evaluator's own CPU-seconds."""
    return {**play.spent, "evaluator_seconds": play.evaluator_seconds, **play.scores}  # type: ignore[dict-item]


def text_of(number: float, decimals: int) -> str:
    """.65 and −1.20, as the READMEs have it."""
    digits = re.sub(r"^(-?)0(?=\.)", r"\1", f"{number:.{decimals}f}")
    return (digits if digits.strip("-0.") else digits.lstrip("-")).replace("-", "−")


def stale_pages() -> dict[Path, str]:
    """What they should say, by the file that says something else. Raises ValueError as `renewed` does."""
    pages = {path: renewed(path) for path in readmes()}
    if budget.PAGE.parent.is_dir():  # in a checkout
        pages[budget.PAGE] = budget.page()
    return {path: text for path, text in pages.items() if not path.exists() or path.read_text() != text}


def readmes() -> list[Path]:
    return sorted(path for folder in papers.__path__ for path in Path(folder).glob("*/README.md"))


def renewed(path: Path) -> str:
    """What a README should say. Raises ValueError, which names it, where a comment can't be understood."""
    try:
        return with_tables(path.read_text())
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def with_tables(text: str) -> str:
    """The same README, its recorded tables written anew. Raises ValueError where a comment can't be understood."""
    return BLOCK.sub(lambda block: block[1] + "".join(f"{line}\n" for line in table_of(block)), text)


def table_of(block: re.Match[str]) -> Iterator[str]:
    tier = block["tier"] or "quick"
    if block["board"] not in catalogue.all_tasks() or tier not in TIERS:
        raise ValueError(f"there is no board {block['board']!r} on a tier {tier!r}")
    board = catalogue.board(block["board"], tier)
    columns, methods = columns_of(block["lines"], board)
    yield f"| method | seeds | {' | '.join(column.heading for column in columns)} |"
    yield "|---" * (len(columns) + 2) + "|"
    titles = {house.slug: house.title for house in board.task.house}
    for row in rows_of(board, methods):
        known = [column.number(row, board) is not None for column in scored(columns)]
        if known and not any(known):
            continue
        yield f"| {titles[row.slug]} | {seeds_of(row, columns)} | {' | '.join(column.cell(row, board) for column in columns)} |"


def seeds_of(row: Row, columns: list[Column]) -> int:
    """Of the cases whose scores stand there; of all where one column, or every one, is of all."""
    named = {column.case for column in scored(columns)} or {""}
    return len({play.seed for play in row.plays if not all(named) or play.case in named})


def scored(columns: list[Column]) -> list[Column]:
    return [column for column in columns if column.metric and column.metric not in COSTS]


def rows_of(board: Board, methods: list[str]) -> list[Row]:
    path = reference.path_of(board, DEVICES)
    recorded = reference.read(path) if path.exists() else None
    wanted = methods or [house.slug for house in board.task.house]
    return [row for slug in wanted if recorded and (row := recorded.row(slug)) and row.plays]


def columns_of(lines: str, board: Board) -> tuple[list[Column], list[str]]:
    columns: list[Column] = []
    methods: list[str] = []
    known = {house.slug for house in board.task.house}
    for line in lines.splitlines():
        if line[:1].isspace() and columns:
            slug, _, note = line.strip().partition(" ")
            expect({slug}, known, line)
            columns[-1].notes[slug] = note
        elif line.startswith("methods:"):
            methods = line.partition(":")[2].replace(",", " ").split()
            expect(set(methods), known, line)
        else:
            columns.append(column_of(line, board))
    return columns, methods


def column_of(line: str, board: Board) -> Column:
    heading, colon, words = line.rpartition(":")
    if not colon:
        raise ValueError(f"a column is 'heading: metric case', not {line!r}")
    column = Column(heading.strip())
    cases = {case.name for case in board.cases}
    for index, word in enumerate(words.split()):
        if index == 0:
            expect({word}, {*(metric.name for metric in board.task.metrics), *COSTS}, line)
            column.metric = word
        elif word in SUMS:
            column.over_seeds = word
        elif word == "±":
            column.has_interval = True
        elif re.fullmatch(r"\*\d+", word):
            column.times = int(word[1:])
        elif re.fullmatch(r"\.\d", word):
            column.decimals = int(word[1])
        else:
            expect({word}, cases, line)
            column.case = word
    return column


def expect(words: set[str], known: set[str], line: str) -> None:
    if unknown := words - known:
        raise ValueError(f"{', '.join(sorted(unknown))} in {line!r} is not among {', '.join(sorted(known))}")
