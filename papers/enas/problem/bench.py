"""Answers a method's questions about true cells, and keeps the account."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from papers.enas.problem import space
from papers.enas.problem.supernet import Supernet
from papers.enas.problem.tables import Table


@dataclass(frozen=True)
class Question:
    """One wish of a method. archs: (n, E) int64; epochs matter for trainings only."""

    kind: str  # "train", "share", "probe" or "score"
    archs: np.ndarray
    epochs: int = 0


class Bench:
    """A table, the weights that its cells share if there are any, and a budget. Hours."""

    def __init__(self, table: Table, supernet: Supernet | None, *, budget: float, rng: np.random.Generator) -> None:
        self.table, self.budget, self.used = table, budget, 0.0
        self.cells_asked: list[int] = []  # those of every question, in order
        self.scored: dict[int, float] = {}  # the last shared-weight score of each cell
        self.trainings = 0.0
        self._supernet = supernet
        self._bought: dict[int, int] = {}
        self._runs = rng.permuted(np.tile(np.arange(table.runs.shape[1]), (len(table.runs), 1)), axis=1)

    def price(self, question: Question) -> float:
        """Hours that the question costs; question.archs: true codes."""
        if question.kind == "train":
            share = question.epochs / self.table.epochs
            return float(self.table.hours[space.number(question.archs[0])]) * share
        assert self._supernet
        recipe = self._supernet.recipe
        passes = len(question.archs) * recipe.prices[question.kind]
        return passes / recipe.passes * float(self.table.hours.mean())

    def answer(self, question: Question) -> dict[str, Any]:
        """Carry the question out and charge it."""
        cost = self.price(question)
        self.used += cost
        cells = space.number(question.archs)
        self.cells_asked += cells.tolist()
        reply = (
            self._train(int(cells[0]), question.epochs) if question.kind == "train" else self._shared(question, cells)
        )
        return {**reply, "size": self.table.size[cells], "cost_h": cost, "left_h": self.budget - self.used}

    def _train(self, cell: int, epochs: int) -> dict[str, Any]:
        """The next run of this cell, in secret order; after the last one they come round again."""
        full = epochs == self.table.epochs
        runs = (self.table.runs if full else self.table.early[epochs])[cell, self._runs[cell]]
        known = runs[np.isfinite(runs)]
        count = self._bought.get(cell, 0)
        self._bought[cell] = count + 1
        self.trainings += epochs / self.table.epochs
        return {"acc": known[count % len(known)][None]}

    def _shared(self, question: Question, cells: np.ndarray) -> dict[str, Any]:
        assert self._supernet
        if question.kind == "share":
            loss, accuracy = self._supernet.share(question.archs)
            return {"acc": accuracy, "loss": loss}
        if question.kind == "probe":
            return {"acc": self._supernet.probe(question.archs)}
        accuracy = self._supernet.score(question.archs)
        self.scored |= dict(zip(cells.tolist(), accuracy.tolist(), strict=True))
        return {"acc": accuracy}
