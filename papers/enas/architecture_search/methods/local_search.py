"""Local search: try the neighbours (one edge changed) of the current cell in random order, move to the first better one;
at a local optimum start again elsewhere.

Source: White, Nolen and Savani, UAI 2021 (local search is a strong baseline for architecture search).
"""

import numpy as np


class Method:
    def __init__(self, seed: int, device: str):
        self.rng = np.random.default_rng(seed)

    def start(self, space: dict) -> None:
        self.space = space
        self.known = {}  # cell as a tuple -> accuracy
        self.best, self.best_accuracy = self.draw(), -1.0
        self.restart()

    def draw(self) -> np.ndarray:
        return self.rng.integers(self.space["ops"], size=self.space["edges"])

    def restart(self) -> None:
        self.centre, self.centre_accuracy, self.waiting = None, -1.0, [self.draw()]

    def neighbours(self, cell: np.ndarray) -> list[np.ndarray]:
        moves = [(edge, op) for edge in range(len(cell)) for op in range(self.space["ops"]) if op != cell[edge]]
        found = []
        for edge, op in self.rng.permutation(moves):
            neighbour = cell.copy()
            neighbour[edge] = op
            found.append(neighbour)
        return found

    def ask(self) -> dict:
        while True:
            while self.waiting:
                cell = self.waiting.pop()
                if tuple(cell) not in self.known:
                    self.cell = cell
                    return {"do": "train", "arch": cell}
                if self.known[tuple(cell)] > self.centre_accuracy:
                    self.move(cell)
            if len(self.known) == self.space["ops"] ** self.space["edges"]:
                return {"do": "stop"}
            self.restart()

    def move(self, cell: np.ndarray) -> None:
        self.centre, self.centre_accuracy = cell, self.known[tuple(cell)]
        self.waiting = self.neighbours(cell)

    def tell(self, reply: dict) -> None:
        accuracy = reply["acc"][0] if reply["size"][0] <= self.space["max_size"] else 0.0
        self.known[tuple(self.cell)] = accuracy
        if accuracy > self.best_accuracy:
            self.best, self.best_accuracy = self.cell, accuracy
        if accuracy > self.centre_accuracy:
            self.move(self.cell)

    def answer(self) -> np.ndarray:
        return self.best
