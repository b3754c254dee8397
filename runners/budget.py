"""docs/budget.md: what the boards cost, as far as their house methods are recorded. `claimcheck tables` writes it."""

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from papers import catalogue, reference
from papers.reference import Reference, Row
from papers.task import Board, Paper
from runners.newpaper import comes_with_us

PAGE = Path(__file__).parent.parent / "docs" / "budget.md"
HEAD = """# What the boards cost

Made by `claimcheck tables` from what is recorded beside each board; a test holds it to that. CPU time of evaluator and
method together, one thread each. A tier of which only some cases or seeds were played says so: its times are of those. All of it
was measured by the developers; of rows without a day only the machine was noted.

| paper | board | tier | device | methods | plays a method | median method | dearest method | together | measured on | day |
|---|---|---|---|---|---|---|---|---|---|---|
"""


def page() -> str:
    """The page as it should be now."""
    lines = (line for paper in papers_here() for board in boards_of(paper) for line in rows_of(paper, board))
    return HEAD + "".join(f"{line}\n" for line in (*lines, *gaps()))


def papers_here() -> list[Paper]:
    """Those of this tree: what others keep elsewhere is theirs to tell."""
    return [paper for paper in catalogue.all_papers() if comes_with_us(paper)]


def gaps() -> Iterator[str]:
    """What is not recorded, and why."""
    boards = [board for paper in papers_here() for board in boards_of(paper) if board.tier.gaps]
    if boards:
        yield from ("", "## What isn't recorded, and why", "")
    for board in boards:
        for gap in board.tier.gaps:
            methods = gap.methods or ("every method" if gap.cases else "the rest",)
            what = " on ".join(", ".join(names) for names in (methods, gap.cases) if names)
            yield f"- **{board.task.title}**, {board.tier.name}: {what}: {gap.why}."


def boards_of(paper: Paper) -> Iterator[Board]:
    for task in paper.tasks:
        yield from task.boards.values()


def rows_of(paper: Paper, board: Board) -> Iterator[str]:
    """A line for each class of devices, or one that says that nothing is recorded."""
    start = f"| {paper.title.partition(':')[0]} | {board.task.title} | {board.tier.name} |"
    files = sorted(reference.path_of(board, "cpu").parent.glob(f"{board.tier.name}-*.json.gz"))
    for file in files:
        yield f"{start} {cells(board, reference.read(file))} |"
    if not files:
        yield f"{start} – | 0 of {len(board.task.house)} | | | | | | |"


def cells(board: Board, recorded: Reference) -> str:
    rows = [row for row in recorded.rows if row.plays]
    costs = [seconds_of(row) for row in rows]
    counts = [len(row.plays) for row in rows]
    span = str(counts[0]) if min(counts) == max(counts) else f"{min(counts)} to {max(counts)}"
    days = {str(row.provenance.get("date", "")) for row in rows} - {""}
    told = [
        recorded.device_class,
        f"{len(rows)} of {len(board.task.house)}",
        f"{span} of {len(board.cases) * board.seeds}",
        *(duration(value) for value in (median(costs), max(costs), sum(costs))),
        ", ".join(sorted({str(row.provenance.get("device_name", "")) for row in rows})),
        f"{min(days)} to {max(days)}" if len(days) > 1 else "".join(days),
    ]
    return " | ".join(told)


def seconds_of(row: Row) -> float:
    return sum(play.spent["cpu_seconds"] + play.evaluator_seconds for play in row.plays)


def duration(seconds: float) -> str:
    """90 s, 12 min, 3.5 h."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
