"""What a play shows: regret over time, the cell found beside the best one, where in the space the method looked."""

import numpy as np

from papers.enas.architecture_search import scoring
from papers.enas.architecture_search.cases import Search
from papers.enas.architecture_search.scoring import Trail
from papers.enas.problem import space
from papers.enas.problem.bench import Bench
from papers.enas.problem.tables import Table
from papers.playing import Report
from papers.task import Seed

SHORT = ("none", "skip", "conv 1×1", "conv 3×3", "avg pool")


def show(report: Report, search: Search, *, seed: Seed, bench: Bench, trail: Trail) -> None:
    """Regret for every seed; the rest for the first one.

    Cells are drawn in their true names where the table is public or drawn for this upload alone, so that a picture
    teaches nobody a table that another upload will meet.
    """
    table, asked = bench.table, bench.cells_asked
    hours, regret = scoring.curve(trail, table, bench.budget)
    report.curve("Regret", hours, {"regret": regret}, x_label="charged hours", y_label="regret (points)", log_x=True)
    if seed.index != 0:
        return
    columns, row = zip(*table.certificate().items(), strict=True)
    report.table("Certificate of the optimum", list(columns), [list(row)])
    if search.is_shown:
        report.graph("The cell found", *named_edges(trail.cells[-1], table.nodes))
        report.graph("The best cell", *named_edges(table.best, table.nodes))
        if asked:
            labels = {"x_label": "size of the cell", "y_label": "regret (points)"}
            report.points("Where the search looked", places(table, asked), **labels)


def named_edges(number: int, nodes: int) -> tuple[list[str], list[tuple[int, int, str]]]:
    """Nodes and labelled edges of a cell; edges with `none` are left out."""
    names = ["in", *map(str, range(1, nodes - 1)), "out"]
    codes = space.encodings(nodes)[number]
    pairs = zip(space.edges(nodes), codes, strict=True)
    return names, [(i, j, SHORT[code]) for (i, j), code in pairs if code != space.NONE]


def places(table: Table, asked: list[int]) -> dict[str, np.ndarray]:
    """Size and regret of the cells that were asked for, of the space, and of the best cell; samples where they are many."""
    sample = thin(list(range(len(table.truth))))
    regret = 100 * (table.truth[table.best] - table.truth)

    def position(cells: list[int] | np.ndarray) -> np.ndarray:
        return np.column_stack([table.size[cells], regret[cells]])

    third = max(len(asked) // 3, 1)
    thirds = {"first third": asked[:third], "middle": asked[third:-third], "last third": asked[-third:]}
    by_third = {name: position(thin(cells)) for name, cells in thirds.items() if cells}
    return {"the space": position(sample), **by_third, "best": position([table.best])}


def thin(cells: list[int], most: int = 400) -> list[int]:
    """Every so many-th, at most 400."""
    return cells[:: -(-len(cells) // most)]
