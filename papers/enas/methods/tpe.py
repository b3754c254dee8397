"""Tree-structured Parzen estimator, one density for each edge: try what is likely among the good and unlikely among the bad.

20 random cells first; then the best quarter of all cells seen is "good", and of 64 cells drawn from the density of the good
the one with the largest ratio of densities is trained. Counts are smoothed by one observation for each operation.
Source: Bergstra, Bardenet, Bengio and Kegl, NeurIPS 2011, section 4; for categories a Parzen window is a smoothed count.
"""

import numpy as np

FIRST, GOOD, CANDIDATES = 20, 0.25, 64


class Method:
    def __init__(self, seed: int, device: str):
        self.rng = np.random.default_rng(seed)

    def start(self, space: dict) -> None:
        self.space = space
        self.cells, self.accuracies = [], []
        self.cell = self.draw(1)[0]

    def draw(self, n: int) -> np.ndarray:
        return self.rng.integers(self.space["ops"], size=(n, self.space["edges"]))

    def ask(self) -> dict:
        self.cell = self.draw(1)[0] if len(self.cells) < FIRST else self.likely()
        return {"do": "train", "arch": self.cell}

    def likely(self) -> np.ndarray:
        cells, order = np.array(self.cells), np.argsort(-np.array(self.accuracies), kind="stable")
        split = int(np.ceil(GOOD * len(order)))
        good, bad = (self.density(cells[part]) for part in (order[:split], order[split:]))
        drawn = np.stack([self.rng.choice(len(row), CANDIDATES, p=row) for row in good], axis=1)
        edge = np.arange(self.space["edges"])
        ratio = np.log(good[edge, drawn]).sum(axis=1) - np.log(bad[edge, drawn]).sum(axis=1)
        seen = {tuple(cell) for cell in self.cells}
        fresh = [i for i in np.argsort(-ratio) if tuple(drawn[i]) not in seen]
        return drawn[fresh[0]] if fresh else self.draw(1)[0]

    def density(self, cells: np.ndarray) -> np.ndarray:
        """Smoothed share of each operation on each edge: (E, ops)."""
        count = 1 + (cells[:, :, None] == np.arange(self.space["ops"])).sum(axis=0)
        return count / count.sum(axis=1, keepdims=True)

    def tell(self, reply: dict) -> None:
        self.cells.append(self.cell)
        self.accuracies.append(reply["acc"][0] if reply["size"][0] <= self.space["max_size"] else 0.0)

    def answer(self) -> np.ndarray:
        return self.cells[int(np.argmax(self.accuracies))] if self.cells else self.cell
