"""Reported curves of the methods, averaged, with what is the same for all of them."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from papers.figures import Overlay
from runners.figures import style
from runners.figures.material import Line, Material
from runners.figures.rows import Kept
from runners.figures.style import Plot, Trace
from runners.standing.statistics import Estimate, estimate, strata_of

GRID = 60  # points of an averaged curve

Lines = Mapping[tuple[str, int], Line]  # case, seed


def draw(figure: Overlay, material: Material) -> Plot:
    data: list[Trace] = []
    curves = [(row, look, material.reports(row, figure.curve, figure.case)) for row, look in material.looks]
    for row, look, kept in curves:
        if lines := lines_of(material, kept, figure.series):
            x, estimates = average(figure, lines, share_draws=material.board.task.cases_share_draws)
            data += style.band(look, x, [style.interval(one) for one in estimates])
            data.append(style.trace(row.submission.name, x, [one.value for one in estimates], look, mode="lines"))
    data += reference(figure, material, (kept for _, _, kept in curves))
    x_axis = style.axis(figure.x_label, is_log=figure.log_x)
    y_axis = style.axis(figure.y_label or figure.series, is_log=figure.log_y)
    return style.plot(data, x=x_axis, y=y_axis | ({"range": list(figure.y_range)} if figure.y_range else {}))


def lines_of(material: Material, kept: Iterable[Kept], series: str) -> Lines:
    curves = [one for one in kept if one.kind == "curve"]
    return {(one.case, one.seed): line for one in curves if (line := material.line_of(one, series))}


def reference(figure: Overlay, material: Material, curves: Iterable[Sequence[Kept]]) -> list[Trace]:
    """What is the same for all, from the first run that reported it: drawn once."""
    if figure.reference:
        for kept in curves:
            if lines := lines_of(material, kept, figure.reference):
                x, estimates = average(figure, lines)
                return [style.reference_line(figure.reference, x, [one.value for one in estimates])]
    return []


def average(figure: Overlay, lines: Lines, *, share_draws: bool = False) -> tuple[list[float], list[Estimate]]:
    """Lines of (case, seed) on a common grid, where all are defined: mean and interval as of a score."""
    cases = sorted({case for case, _ in lines})
    seeds = [seed for seed in sorted({seed for _, seed in lines}) if all((case, seed) in lines for case in cases)]
    grid = common_grid([x for x, _ in lines.values()], is_step=figure.is_step, is_log=figure.log_x)
    if not seeds or not len(grid):
        return [], []
    read = step_at if figure.is_step else np.interp
    values = np.array([[read(grid, *lines[case, seed]) for seed in seeds] for case in cases])  # (cases, seeds, grid)
    strata = np.moveaxis(strata_of(np.moveaxis(values, 2, 0), share_draws=share_draws), 0, 2)
    return grid.tolist(), [estimate(strata[:, :, i]) for i in range(len(grid))]


def common_grid(xs: Sequence[np.ndarray], *, is_step: bool, is_log: bool) -> np.ndarray:
    """The lines' own x where they are few, else GRID points. A last step goes on; a last point doesn't."""
    start, end = max(x[0] for x in xs), (max if is_step else min)(x[-1] for x in xs)
    own: np.ndarray = np.unique(np.concatenate(xs))
    own = own[(own >= start) & (own <= end)]
    if len(own) <= GRID:
        return own
    return np.geomspace(start, end, GRID) if is_log and start > 0 else np.linspace(start, end, GRID)


def step_at(grid: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The last value at or before each grid point."""
    return np.asarray(y[np.maximum(np.searchsorted(x, grid, side="right") - 1, 0)])
