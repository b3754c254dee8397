"""What a method of the board must answer."""

from typing import Protocol

import numpy as np

from papers.playing import Contestant


class Method(Contestant, Protocol):
    """Estimates the Wasserstein-1 distance between two samples. Every case and seed meets a fresh process."""

    def __init__(self, seed: int, device: str) -> None:
        """seed: for your own randomness, 32 bits. device: "cpu" or "cuda"."""

    def fit(self, x: np.ndarray, y: np.ndarray, cost: str) -> float:
        """Estimate W1(P, Q) for the ground distance "l1" (sum of |differences|) or "l2" (Euclidean).

        x: (n, d) float32 from P; y: (m, d) float32 from Q.
        Returns the estimate, finite and not negative, in units of the cost.
        """

    def potential(self, z: np.ndarray) -> np.ndarray:
        """Evaluate your dual potential; called after `fit`, several times, at points that you have not seen.

        z: (k, d) float32, k <= 10,000, anywhere, in an order that tells nothing.
        Returns (k,) float64: f with W1 = E_P f - E_Q f, as nearly 1-Lipschitz for the cost as you can. A constant may be
        added and the scale does not count: f is divided by its measured Lipschitz constant.
        """
