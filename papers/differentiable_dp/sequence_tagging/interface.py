"""What a method of the board must answer."""

from typing import Any, Protocol

import numpy as np

from papers.playing import Contestant, optional


class Method(Contestant, Protocol):
    """Learns to tag sequences. Every case and seed meets a fresh process."""

    def __init__(self, seed: int, device: str) -> None:
        """seed: for your own randomness, 32 bits. device: "cpu" or "cuda"."""

    def fit(self, task: dict[str, Any], tokens: list[Any], tags: list[np.ndarray]) -> None:
        """Learn from tagged sequences.

        task: {"tags": number of tags, "names": their names, "scheme": "none", "IOB2" or "IO", "vocabulary": number of
        symbols, 0 for words}. tokens: a list with (T,) int64 for each sequence, or a list of words; tags: (T,) int64 each.
        """

    def predict(self, tokens: list[Any]) -> list[np.ndarray]:
        """Tag sequences: (T,) int64 for each."""

    @optional
    def marginals(self, tokens: list[Any]) -> list[np.ndarray]:
        """How probable each tag is at each place: (T, number of tags) for each sequence, rows sum to 1."""
