"""What a search was worth: scores of the trail of answers that it left."""

from dataclasses import dataclass, field

import numpy as np
from scipy.stats import kendalltau

from papers.enas.problem.tables import Table
from papers.task import Scores

SECONDS = 3600
FEWEST_FOR_TAU = 20
POINTS = 24  # of the regret curve


@dataclass
class Trail:
    """The answers of one search, one after every reply: what was charged by then, and what the method itself had used."""

    charged: list[float] = field(default_factory=list)  # hours
    own: list[float] = field(default_factory=list)  # device seconds
    cells: list[int] = field(default_factory=list)  # numbers of the true cells

    def add(self, *, charged: float, own: float, cell: int) -> None:
        self.charged.append(charged)
        self.own.append(own)
        self.cells.append(cell)


def scores(trail: Trail, table: Table, *, budget: float, target: float, tolerance: float) -> Scores:
    """Everything that follows from the answers. budget: hours; target, tolerance: points of regret."""
    regret = np.array([table.regret(cell) for cell in trail.cells])
    spent = np.array(trail.charged) + np.array(trail.own) / SECONDS
    last, stays = trail.cells[-1], np.logical_and.accumulate((regret <= target)[::-1])[::-1]
    return {
        "shortfall": float(regret[-1]) / table.spread,
        "regret": float(regret[-1]),
        "truth_error": 100 * float(table.difference_error(last)),
        "hours_to_regret": float(spent[stays.argmax()] if stays.any() else max(budget, spent[-1])),
        "censored": float(not stays.any()),
        "reached": float((regret <= tolerance).any()),
        "regret_auc": mean_over_budget(np.array(trail.charged), regret, budget),
        "in_tied_set": float(table.ties()[last]),
        "rank_percentile": table.better_share(last),
        "answer_size": float(table.size[last]),
        "gpu_hours": float(spent[-1]),
        "own_seconds": trail.own[-1],
        "best_truth": 100 * float(table.truth[table.best]),
        "tied_cells": float(table.ties().sum()),
    }


def mean_over_budget(charged: np.ndarray, regret: np.ndarray, budget: float) -> float:
    """Mean regret over the charged hours from 0 to the budget; an answer stands until the next one."""
    until = np.append(charged[1:], budget)
    return float((regret * (until - charged)).sum() / budget)


def curve(trail: Trail, table: Table, budget: float) -> tuple[np.ndarray, np.ndarray]:
    """(hours, regret of the answer that stood then), on the same grid for every method: log-spaced up to the budget."""
    hours = np.geomspace(budget / 200, budget, POINTS)
    standing = np.searchsorted(trail.charged, hours, side="right") - 1
    return hours, np.array([table.regret(trail.cells[i]) for i in standing])


def kendall(scored: dict[int, float], table: Table) -> float | None:
    """Kendall's tau-b of a method's last shared-weight scores of allowed cells against the truth; None for fewer than 20."""
    allowed = {cell: score for cell, score in scored.items() if table.feasible[cell]}
    if len(allowed) < FEWEST_FOR_TAU:
        return None
    tau = kendalltau(list(allowed.values()), table.truth[list(allowed)]).statistic
    return float(tau) if np.isfinite(tau) else None
