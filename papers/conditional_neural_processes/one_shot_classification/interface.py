"""What a method of the board must answer."""

from typing import Protocol, TypedDict

import numpy as np

from papers.playing import Contestant


class Episodes(TypedDict):
    """What a method is told of the episodes to come."""

    ways: int  # classes of an episode
    shots: int  # drawings of each that are shown
    height: int
    width: int
    budget_s: float  # CPU-seconds (on a GPU: seconds) for `fit`, what the constructor used included


class Method(Contestant, Protocol):
    """Learns from many classes, then tells classes apart that it has never seen, from a few pictures of each.

    A fit that uses over 1.1 times its budget is refused.
    """

    def __init__(self, seed: int, device: str) -> None:
        """seed: for your own randomness, 32 bits. device: "cpu" or "cuda"."""

    def fit(self, images: np.ndarray, labels: np.ndarray, task: Episodes) -> None:
        """Learn from the training classes.

        images: (k, 1, height, width) float32 in [0, 1]. labels: (k,) int64, the numbers of their classes.
        """

    def predict_proba(self, support_x: np.ndarray, support_y: np.ndarray, query_x: np.ndarray) -> np.ndarray:
        """Say to which of N new classes the query belongs: one episode a call, 1,000 of them.

        Each class is as probable. Of glyphs and signs it was in no call before; characters of Omniglot and people return, each
        picture in another disguise.

        support_x: (N * K, 1, height, width) float32. support_y: (N * K,) int64 in 0 ... N - 1, each K times.
        query_x: (1, 1, height, width) float32. Returns (1, N) float: probabilities that sum to 1.
        """
