"""A random cell, without a single question: must fail."""

import numpy as np


class Method:
    def __init__(self, seed: int, device: str):
        self.rng = np.random.default_rng(seed)

    def start(self, space: dict) -> None:
        self.cell = self.rng.integers(space["ops"], size=space["edges"])

    def ask(self) -> dict:
        return {"do": "stop"}

    def tell(self, reply: dict) -> None:
        pass

    def answer(self) -> np.ndarray:
        return self.cell
