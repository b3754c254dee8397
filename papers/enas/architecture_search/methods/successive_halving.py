"""Successive halving: train many random cells for a few epochs, the best third of them for more, the best third of those fully.

One bracket that fits the budget. It needs learning curves: where a table has none it is random search.
Source: Jamieson and Talwalkar, AISTATS 2016; Li et al., JMLR 2018 (a third goes on).
"""

import numpy as np

KEPT = 3  # one of so many goes on


class Method:
    def __init__(self, seed: int, device: str):
        self.rng = np.random.default_rng(seed)

    def start(self, space: dict) -> None:
        self.space, self.rungs = space, [int(epochs) for epochs in space["epochs"]]
        self.best = self.draw(1)[0]
        price = sum(epochs / self.rungs[-1] / KEPT**rung for rung, epochs in enumerate(self.rungs))
        self.first = max(int(space["budget_h"] / space["mean_cost_h"] / price), KEPT ** (len(self.rungs) - 1))
        self.restart()

    def draw(self, n: int) -> np.ndarray:
        return self.rng.integers(self.space["ops"], size=(n, self.space["edges"]))

    def restart(self) -> None:
        self.rung, self.waiting, self.results = 0, list(self.draw(self.first)), []

    def ask(self) -> dict:
        if not self.waiting:
            self.promote()
        self.cell = self.waiting.pop()
        return {"do": "train", "arch": self.cell, "epochs": self.rungs[self.rung]}

    def promote(self) -> None:
        if self.rung == len(self.rungs) - 1:
            self.restart()  # trainings were cheaper than the average: another bracket
            return
        self.results.sort(key=lambda one: -one[0])
        self.waiting = [cell for _, cell in self.results[: max(len(self.results) // KEPT, 1)]]
        self.rung, self.results = self.rung + 1, []

    def tell(self, reply: dict) -> None:
        accuracy = reply["acc"][0] if reply["size"][0] <= self.space["max_size"] else 0.0
        self.results.append((accuracy, self.cell))
        rank = (self.rung, accuracy)
        if rank > getattr(self, "best_rank", (-1, 0.0)):
            self.best, self.best_rank = self.cell, rank

    def answer(self) -> np.ndarray:
        return self.best
