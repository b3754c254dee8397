"""What a method of the board must answer."""

from typing import Protocol

import numpy as np

from papers.playing import Contestant


class Method(Contestant, Protocol):
    """Learns to align a playing to its score. Every case and seed meets a fresh process."""

    def __init__(self, seed: int, device: str) -> None:
        """seed: for your own randomness, 32 bits. device: "cpu" or "cuda"."""

    def fit(self, a: list[np.ndarray], b: list[np.ndarray], positions: list[np.ndarray]) -> None:
        """Learn from aligned pairs.

        a: scores, (n, d) float32 each; b: their playings, (m, d) float32; positions: (m,) float32, where in a each frame
        of b is, in 0..n-1, never falling.
        """

    def align(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Say where in a: (n, d) float32 each frame of b: (m, d) float32 is. Returns (m,) float, in 0..n-1."""
