"""Trains the cells that have the same operation on every edge, and answers the best one."""

import numpy as np


class Method:
    def __init__(self, seed: int, device: str):
        pass

    def start(self, space: dict) -> None:
        self.space = space
        self.waiting = [np.full(space["edges"], op) for op in range(space["ops"])]
        self.best, self.best_accuracy = self.waiting[0], -1.0

    def ask(self) -> dict:
        if not self.waiting:
            return {"do": "stop"}
        self.cell = self.waiting.pop()
        return {"do": "train", "arch": self.cell}

    def tell(self, reply: dict) -> None:
        is_allowed = reply["size"][0] <= self.space["max_size"]
        if is_allowed and reply["acc"][0] > self.best_accuracy:
            self.best, self.best_accuracy = self.cell, reply["acc"][0]

    def answer(self) -> np.ndarray:
        return self.best
