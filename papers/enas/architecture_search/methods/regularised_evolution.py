"""Regularised evolution: the best of a sample has a child with one edge changed, and the oldest of the population dies.

Population 20, sample 5. Source: Real, Aggarwal, Huang and Le, AAAI 2019, algorithm 1.
"""

from collections import deque

import numpy as np

POPULATION, SAMPLE = 20, 5


class Method:
    def __init__(self, seed: int, device: str):
        self.rng = np.random.default_rng(seed)

    def start(self, space: dict) -> None:
        self.space = space
        self.population = deque(maxlen=POPULATION)  # (accuracy, cell), the oldest first
        self.best, self.best_accuracy = self.rng.integers(space["ops"], size=space["edges"]), -1.0

    def ask(self) -> dict:
        if len(self.population) < POPULATION:
            self.cell = self.rng.integers(self.space["ops"], size=self.space["edges"])
        else:
            sample = self.rng.choice(POPULATION, SAMPLE, replace=False)
            parent = max((self.population[i] for i in sample), key=lambda one: one[0])[1]
            self.cell = self.mutated(parent)
        return {"do": "train", "arch": self.cell}

    def mutated(self, parent: np.ndarray) -> np.ndarray:
        child, edge = parent.copy(), self.rng.integers(len(parent))
        child[edge] = (child[edge] + self.rng.integers(1, self.space["ops"])) % self.space["ops"]
        return child

    def tell(self, reply: dict) -> None:
        accuracy = reply["acc"][0] if reply["size"][0] <= self.space["max_size"] else 0.0
        self.population.append((accuracy, self.cell))
        if accuracy > self.best_accuracy:
            self.best, self.best_accuracy = self.cell, accuracy

    def answer(self) -> np.ndarray:
        return self.best
