"""Scores every cell with shared weights: what the weights say, without the luck of drawing children.

Uniform children train the weights for as long as the budget leaves enough to score every cell once (at most half of the
budget: in a large space a random part of the cells is scored). Where no weights are shared it is random search.
"""

import itertools

import numpy as np

STEPS, SCORED = 60, 64  # children of one question
MOST_STEPS = 20_000
MOST = 1 / 2  # of the budget for the scores


class Method:
    def __init__(self, seed: int, device: str):
        self.rng = np.random.default_rng(seed)

    def start(self, space: dict) -> None:
        self.space, self.left, self.steps, self.price = space, space["budget_h"], 0, None
        cells = np.array(list(itertools.product(range(space["ops"]), repeat=space["edges"])))
        self.waiting = self.rng.permutation(cells)
        self.best, self.best_accuracy = self.waiting[0], -1.0

    def ask(self) -> dict:
        if not self.space["share"]:
            return self.next("train", 1)
        if self.price is None:
            return self.next("score", 1)  # learn what a score costs
        scores = min(self.price * len(self.waiting), MOST * self.space["budget_h"])
        if self.left > scores + self.step_price() and self.steps < MOST_STEPS:
            self.asked, self.steps = None, self.steps + STEPS
            return {"do": "share", "arch": self.rng.integers(self.space["ops"], size=(STEPS, self.space["edges"]))}
        return self.next("score", min(SCORED, int(self.left / self.price)))

    def step_price(self) -> float:
        return getattr(self, "steps_cost", 0.0)

    def next(self, kind: str, n: int) -> dict:
        self.asked, self.waiting = self.waiting[:n], self.waiting[n:]
        if not len(self.asked):
            return {"do": "stop"}
        return {"do": kind, "arch": self.asked if kind == "score" else self.asked[0]}

    def tell(self, reply: dict) -> None:
        self.left = reply["left_h"]
        if self.asked is None:
            self.steps_cost = reply["cost_h"]
            return
        if self.price is None:
            self.price = reply["cost_h"]
            if self.space["share"]:
                return  # a score of untrained weights
        accuracy = np.where(reply["size"] <= self.space["max_size"], reply["acc"], 0.0)
        if accuracy.max() > self.best_accuracy:
            self.best, self.best_accuracy = self.asked[accuracy.argmax()], accuracy.max()

    def answer(self) -> np.ndarray:
        return self.best
