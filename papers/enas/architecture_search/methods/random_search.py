"""Random search: train random cells, answer the best one. The simplest search there is, and a place to start your own."""

import numpy as np


class Method:
    def __init__(self, seed: int, device: str):
        # Draw all your randomness from `seed`. `device` is "cpu" or "cuda", for torch.
        self.rng = np.random.default_rng(seed)

    def start(self, space: dict) -> None:
        self.space = space
        self.best, self.best_accuracy = self.draw(), -1.0

    def draw(self) -> np.ndarray:
        return self.rng.integers(self.space["ops"], size=self.space["edges"])

    def ask(self) -> dict:
        # Replace this line by your idea: which cell is worth a training? The search ends when the budget is gone.
        self.cell = self.draw()
        return {"do": "train", "arch": self.cell}

    def tell(self, reply: dict) -> None:
        is_allowed = reply["size"][0] <= self.space["max_size"]
        if is_allowed and reply["acc"][0] > self.best_accuracy:
            self.best, self.best_accuracy = self.cell, reply["acc"][0]

    def answer(self) -> np.ndarray:
        return self.best
