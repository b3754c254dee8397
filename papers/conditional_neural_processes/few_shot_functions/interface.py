"""What a method of the board must answer."""

from typing import Protocol, TypedDict

import numpy as np

from papers.playing import Contestant, optional


class Family(TypedDict):
    """What a method is told of the functions that it is fitted to."""

    kind: str  # "curves" or "images"
    family: str  # a name for `kit.draw`, or of the images
    x_dim: int  # 1, or 2 for places in an image
    y_dim: int  # 1
    max_context: int  # the largest context that counts for the score
    budget_s: float  # CPU-seconds (on a GPU: seconds) for `fit`, what the constructor used included
    images: np.ndarray  # (k, h, w, 1) float32 in [0, 1], dequantised; (0, 0, 0, 1) for curves


class Method(Contestant, Protocol):
    """Learns a family of functions, then predicts functions of it that it has never seen from a few of their points.

    Curves have inputs in [-2, 2], and `papers.conditional_neural_processes.kit.draw` makes as many of them as you like.
    Images are functions of the pixel's centre (row, column) in [0, 1] x [0, 1], of which `fit` is given some hundreds.
    A fit that uses over 1.1 times its budget is refused.
    """

    def __init__(self, seed: int, device: str) -> None:
        """seed: for your own randomness, 32 bits. device: "cpu" or "cuda"."""

    def fit(self, task: Family) -> None:
        """Learn the family within task["budget_s"], or don't: what was learnt elsewhere may come in your file."""

    def predict(self, xc: np.ndarray, yc: np.ndarray, xt: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Predict B functions at m targets each, from n points of each.

        xc: (B, n, x_dim), yc: (B, n, 1), xt: (B, m, x_dim), float32; B <= 64. n is anything from 1 to 512, or max_context
        where that is more: beyond max_context only your time is taken.
        Returns the mean and the standard deviation (> 0, noise included), each (B, m, 1) float. Deviations below .001 are
        raised to it.
        """

    @optional
    def sample(self, xc: np.ndarray, yc: np.ndarray, xt: np.ndarray, count: int) -> np.ndarray:
        """Draw so many joint samples of the targets: (count, B, m, 1) float.

        Without it, samples are drawn from your means and deviations, each target on its own.
        """
