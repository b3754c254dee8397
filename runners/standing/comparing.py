"""Results side by side: case by case how they differ from one of them, and who beats whom. Plain numbers.

Differences are paired by seed, because all met the same draws, but on cases that every upload draws for itself. What is told
apart pays for every comparison of its table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from papers.metrics import Metric
from papers.task import Board
from runners.standing import statistics, value
from runners.standing.statistics import Difference, Estimate


class Entry(Protocol):
    """One result with its scores in a metric."""

    @property
    def index(self) -> int:
        """Its place among those that are compared: its look is that of its index."""

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> str:
        """method, baseline, control or oracle."""

    @property
    def by_case(self) -> Mapping[str, np.ndarray]:
        """case -> (seeds,), finite: only cases that were scored on every seed."""


@dataclass(frozen=True)
class Line:
    """A case: what each entry scored, and its difference from the reference; None where it wasn't played."""

    case: str
    estimates: list[Estimate | None]
    differences: list[Difference | None]
    told_apart: list[bool]  # by Holm's procedure over all differences of the table


@dataclass(frozen=True)
class Duel:
    """Row against column over the ranked cases: the row's advantage, positive where it is better."""

    advantage: Difference | None
    verdict: str  # "better", "worse", "undecided", "" on the diagonal


def lines_of(board: Board, entries: Sequence[Entry], reference: Entry, metric: Metric) -> list[Line]:
    """Case by case, what the entries scored and how they differ from the reference."""
    cases = [case.name for case in board.cases if any(case.name in entry.by_case for entry in entries)]
    table = {(case, e.index): difference(board, metric, e, reference, case) for case in cases for e in entries}
    apart = statistics.told_apart(table)
    return [
        Line(
            case,
            [statistics.estimate(e.by_case[case][None]) if case in e.by_case else None for e in entries],
            [table[case, entry.index] for entry in entries],
            [(case, entry.index) in apart for entry in entries],
        )
        for case in cases
    ]


def difference(board: Board, metric: Metric, entry: Entry, reference: Entry, case: str) -> Difference | None:
    """In the metric's own unit; where it is best nearest a target, of the distances from it."""
    if entry is reference or case not in entry.by_case or case not in reference.by_case:
        return None
    first, second = entry.by_case[case], reference.by_case[case]
    if metric.target is not None:
        first, second = -metric.gain(first), -metric.gain(second)
    return statistics.difference(first[None], second[None], value.unpaired(board.task, [case]))


def pairing(board: Board) -> str:
    """How differences on a board are taken, as part of a sentence."""
    salted = ", ".join(board.salted_cases)
    return (
        f"paired by seed, but unpaired on {salted}, where each upload meets other problems"
        if salted
        else "paired by seed"
    )


def gain_of(board: Board, entry: Entry, metric: Metric, cases: Sequence[str]) -> np.ndarray | None:
    """What is compared over the cases, (strata, seeds); None where one is missing."""
    if not cases or not all(case in entry.by_case for case in cases):
        return None
    scores = np.array([[entry.by_case[case] for case in cases]])
    return np.asarray(statistics.strata_of(metric.gain(scores), board.task.average, **averaging(board, cases))[0])


def overall_estimate(board: Board, entry: Entry, metric: Metric, cases: Sequence[str]) -> Estimate | None:
    """The score over the cases, in the metric's unit; None where one is missing."""
    if not cases or not all(case in entry.by_case for case in cases):
        return None
    scores = np.array([[entry.by_case[case] for case in cases]])
    how = {"gain": metric.gain(scores), **averaging(board, cases)}
    return statistics.estimate(statistics.strata_of(scores, board.task.average, **how)[0])


def averaging(board: Board, cases: Sequence[str]) -> dict[str, Any]:
    """How `strata_of` is to average over these cases of a board."""
    return {"weights": board.weights(cases), "share_draws": board.task.cases_share_draws}


def duels_of(board: Board, entries: Sequence[Entry], metric: Metric, cases: Sequence[str]) -> list[list[Duel]]:
    """Who beats whom, by Holm's procedure over all pairs that are shown."""
    gains = [gain_of(board, entry, metric, cases) for entry in entries]
    pairs = [(i, j) for i in range(len(entries)) for j in range(len(entries)) if i != j]
    unpaired = value.unpaired(board.task, cases)
    advantages = {
        (i, j): statistics.difference(first, second, unpaired)
        for i, j in pairs
        if (first := gains[i]) is not None and (second := gains[j]) is not None
    }
    apart = statistics.told_apart({pair: one for pair, one in advantages.items() if pair[0] < pair[1]})

    def duel(i: int, j: int) -> Duel:
        advantage = advantages.get((i, j))
        if i == j or advantage is None:
            return Duel(None, "" if i == j else "undecided")
        if (min(i, j), max(i, j)) not in apart:
            return Duel(advantage, "undecided")
        return Duel(advantage, "better" if advantage.value > 0 else "worse")

    return [[duel(i, j) for j in range(len(entries))] for i in range(len(entries))]
