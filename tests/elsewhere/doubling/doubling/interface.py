"""What a method of the board must answer."""

from typing import Protocol

import numpy as np

from papers.playing import Contestant, optional


class Method(Contestant, Protocol):
    """Doubles numbers."""

    def __init__(self, seed: int, device: str) -> None:
        """seed: for your own randomness, 32 bits. device: "cpu" or "cuda"."""

    def double(self, x: np.ndarray) -> np.ndarray:
        """x: float64 (n,). Return 2 x, float64 (n,)."""

    @optional
    def halve(self, x: np.ndarray) -> np.ndarray:
        """x: float64 (n,). Return x / 2, float64 (n,). Nothing is scored by it."""
