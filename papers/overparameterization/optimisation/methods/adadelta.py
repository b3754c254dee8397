"""AdaDelta: steps in the units of earlier steps, two running means of squares. Zeiler (2012)."""

import numpy as np

RHO, EPSILON = 0.9, 1e-6


class Method:
    def __init__(self, seed: int, device: str):
        pass

    def start(self, shapes: list, kinds: list, x0: list, info: dict) -> None:
        self.x, self.rate = x0, info["lr_multiplier"]
        self.squares, self.moves = [0 * x for x in x0], [0 * x for x in x0]

    def step(self, loss: float, grads: list) -> list:
        for i, g in enumerate(grads):
            self.squares[i] = RHO * self.squares[i] + (1 - RHO) * g**2
            move = -np.sqrt(self.moves[i] + EPSILON) / np.sqrt(self.squares[i] + EPSILON) * g
            self.moves[i] = RHO * self.moves[i] + (1 - RHO) * move**2
            self.x[i] = (self.x[i] + self.rate * move).astype(g.dtype)
        return self.x
