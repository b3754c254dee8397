"""Random search with weight sharing: ENAS without its controller. Uniform children train the shared weights, uniform children
are scored with them, and the best score is the answer.

Where no weights are shared it is random search. Source: Li and Talwalkar, UAI 2019 (their final trainings are left out).
"""

import numpy as np

STEPS, SCORED = 60, 32  # children of one question
MOST_STEPS, MOST_SCORED = 20_000, 1_000
DERIVE = 1 / 4  # of the budget is kept for the scores


class Method:
    def __init__(self, seed: int, device: str):
        self.rng = np.random.default_rng(seed)

    def start(self, space: dict) -> None:
        self.space, self.left, self.steps = space, space["budget_h"], 0
        self.seen = set()
        self.best, self.best_accuracy = self.draw(1)[0], -1.0

    def draw(self, n: int) -> np.ndarray:
        return self.rng.integers(self.space["ops"], size=(n, self.space["edges"]))

    def ask(self) -> dict:
        self.asked = None
        if not self.space["share"]:
            self.asked = self.draw(1)
            return {"do": "train", "arch": self.asked[0]}
        if self.left > DERIVE * self.space["budget_h"] and self.steps < MOST_STEPS:
            self.steps += STEPS
            return {"do": "share", "arch": self.draw(STEPS)}
        self.asked = self.fresh() if len(self.seen) < MOST_SCORED else []
        return {"do": "score", "arch": self.asked} if len(self.asked) else {"do": "stop"}

    def fresh(self) -> np.ndarray:
        """A few cells that were not scored yet."""
        cells = [cell for cell in np.unique(self.draw(SCORED), axis=0) if tuple(cell) not in self.seen]
        self.seen |= {tuple(cell) for cell in cells}
        return np.array(cells[: self.affordable(len(cells))])

    def affordable(self, n: int) -> int:
        return n if not hasattr(self, "cost") else min(n, int(self.left / self.cost))

    def tell(self, reply: dict) -> None:
        self.left = reply["left_h"]
        if self.asked is None:
            return
        self.cost = reply["cost_h"] / len(self.asked)
        accuracy = np.where(reply["size"] <= self.space["max_size"], reply["acc"], 0.0)
        if accuracy.max() > self.best_accuracy:
            self.best, self.best_accuracy = self.asked[accuracy.argmax()], accuracy.max()

    def answer(self) -> np.ndarray:
        return self.best
