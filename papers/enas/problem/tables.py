"""Tables of fully trained cells: with them the optimum of a space is known, by enumeration. No torch here."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np

from papers.data import dataset, kept
from papers.enas.problem import space

CHANCE = {"cifar10": 0.1, "cifar100": 0.01, "imagenet16": 1 / 120, "digits": 0.1}
SHOWN_RUNS = 3
BEST_FOR_NOISE = 200  # cells whose runs give the noise of the top: bad cells are far noisier


@dataclass(frozen=True, kw_only=True)
class Table:
    """All cells of a space, in counting order. Accuracies in [0, 1], times in hours.

    runs: (n, r), what a full training replies, NaN where a cell has fewer runs; early: the same after fewer epochs;
    truth: (n,), what an answer is judged by; error: (n,), standard error of the truth; hours, size: (n,);
    feasible: (n,) bool, at most max_size large. The truth of an infeasible cell is chance.
    """

    nodes: int
    runs: np.ndarray
    truth: np.ndarray
    error: np.ndarray
    hours: np.ndarray
    size: np.ndarray
    feasible: np.ndarray
    chance: float
    max_size: float = np.inf
    epochs: int = 200  # of a full training
    early: Mapping[int, np.ndarray] = field(default_factory=dict)

    @property
    def best(self) -> int:
        """Number of the best feasible cell."""
        return int(np.where(self.feasible, self.truth, -np.inf).argmax())

    def worth(self, cell: int) -> float:
        """The accuracy by which an answer is judged."""
        return float(self.truth[cell]) if self.feasible[cell] else self.chance

    def regret(self, cell: int) -> float:
        """Points of accuracy (percent) by which the best feasible cell is better: exact, by enumeration."""
        return 100 * (float(self.truth[self.best]) - self.worth(cell))

    @property
    def spread(self) -> float:
        """Points of regret of the middle one of the feasible cells: the unit in which cases compare."""
        return 100 * float(self.truth[self.best] - np.median(self.truth[self.feasible]))

    def difference_error(self, cells: Any) -> Any:
        """Two standard errors of the difference between the best cell's truth and those of others."""
        return 2 * np.hypot(self.error[cells], self.error[self.best])

    def ties(self) -> np.ndarray:
        """Feasible cells that two standard errors of the difference don't tell from the best one: (n,) bool."""
        close = self.truth[self.best] - self.truth <= self.difference_error(slice(None))
        return np.asarray(self.feasible & close)

    def better_share(self, cell: int) -> float:
        """Percent of the feasible cells whose truth is better than this answer's."""
        return 100 * float((self.truth[self.feasible] > self.worth(cell)).mean())

    def perturb(self, rng: np.random.Generator, points: float) -> Self:
        """The same table plus a smooth function of the cell with a standard deviation of so many points: a new optimum."""
        shift = smooth_function(rng, self.nodes) * points / 100
        return replace(self, runs=np.clip(self.runs + shift[:, None], 0, 1), truth=np.clip(self.truth + shift, 0, 1))

    def certificate(self) -> dict[str, float | str]:
        """What is published of a table: its hash, its optimum, how well the top is resolved. Percent and points.

        It doesn't say which cell is best: a private table is met again by other uploads.
        """
        content = b"".join(np.ascontiguousarray(a, "<f8").tobytes() for a in (self.runs, self.truth, self.hours))
        return {
            "sha256": hashlib.sha256(content).hexdigest(),
            "best": 100 * float(self.truth[self.best]),
            "standard error": 100 * float(self.error[self.best]),
            "tied with it": int(self.ties().sum()),
            "cells": int(self.feasible.sum()),
        }


@kept
def nas_bench_201(data: str) -> Table:
    """NAS-Bench-201 on "cifar10", "cifar100" or "imagenet16": 15,625 cells with 2 or 3 runs.

    The truth of a cell is the mean of its runs; one run's noise is pooled over the best cells.
    """
    arrays = dataset("nb201")
    name = data.removesuffix("16")
    runs = arrays[f"{name}_val_acc"].astype(float) / 100
    count, truth = np.isfinite(runs).sum(axis=1), np.nanmean(runs, axis=1)
    noise = np.sqrt(np.nanvar(runs[np.argsort(-truth)[:BEST_FOR_NOISE]], axis=1, ddof=1).mean())
    return Table(
        nodes=4,
        runs=runs,
        truth=truth,
        error=noise / np.sqrt(count),
        hours=arrays[f"{name}_train_time"].astype(float) / 3600,
        size=arrays[f"{name}_model_size"].astype(float),
        feasible=np.ones(len(runs), bool),
        chance=CHANCE[data],
    )


def smooth_function(rng: np.random.Generator, nodes: int) -> np.ndarray:
    """Draw a function of the cell with mean 0 and standard deviation 1 over connected cells, 0 on the others: (5^E,).

    Half of its variance is a sum over edges, half a sum over pairs of edges, of normal draws for the operations there.
    Edges on no path from input to output count as `none`, so cells that differ in nothing else keep the same accuracy.
    """
    archs = space.encodings(nodes)
    alive = space.live(archs, nodes)
    code = np.where(alive, archs, space.NONE)
    connected = alive.any(axis=1)
    count = code.shape[1]
    single = rng.normal(size=(count, space.CODES))
    double = rng.normal(size=(count, count, space.CODES, space.CODES))
    singles = sum(single[e, code[:, e]] for e in range(count))
    doubles = sum(double[e, f, code[:, e], code[:, f]] for e in range(count) for f in range(e))
    both = sum((part - part[connected].mean()) / part[connected].std() for part in (singles, doubles))
    return np.where(connected, both / both[connected].std(), 0.0)
