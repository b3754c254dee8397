"""What a method of the board must answer."""

from typing import Protocol

import numpy as np

from papers.playing import Contestant


class Method(Contestant, Protocol):
    """Fills the gaps of one table. Every case and seed meets a fresh process: nothing learnt in one helps in another."""

    def __init__(self, seed: int, device: str) -> None:
        """seed: for your own randomness, 32 bits. device: "cpu" or "cuda"."""

    def impute(self, x: np.ndarray, categorical: np.ndarray) -> np.ndarray:
        """Fill the gaps of a table.

        x: (n, d) float32, NaN where a cell is missing; columns in arbitrary order and units, |x| < 1e7.
        categorical: (d,) bool, True where a column holds integer codes of a category.
        Returns (n, d) float32, finite everywhere (float64 is accepted); observed cells are put back by the evaluator.
        """
