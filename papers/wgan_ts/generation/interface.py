"""What a method of the board must answer."""

from typing import Protocol

import numpy as np

from papers.playing import Contestant


class Method(Contestant, Protocol):
    """Learns a distribution from points and samples it. Every case and seed meets a fresh process."""

    def __init__(self, seed: int, device: str) -> None:
        """seed: for your own randomness, 32 bits. device: "cpu" or "cuda"."""

    def fit(self, x: np.ndarray) -> None:
        """Learn from x: (n, d) float32 in [0, 1]: points of a square, or flattened grey images."""

    def sample(self, count: int) -> np.ndarray:
        """Draw new points: (count, d) float32 in [0, 1]. Those that are copies of training points are found out."""
