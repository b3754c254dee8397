"""The disguise between a method's codes and the true ones."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from papers.enas.problem import space


@dataclass(frozen=True)
class Disguise:
    """A secret renaming of operations and edges: true[columns] = codes[arch]."""

    codes: np.ndarray  # (5,) the true operation behind each of the method's codes
    columns: np.ndarray  # (E,) the true edge behind each of the method's positions

    @classmethod
    def draw(cls, edges: int, rng: np.random.Generator) -> Self:
        return cls(rng.permutation(space.CODES), rng.permutation(edges))

    @classmethod
    def none(cls, edges: int) -> Self:
        """For cases that name their operations."""
        return cls(np.arange(space.CODES), np.arange(edges))

    def undo(self, archs: np.ndarray) -> np.ndarray:
        """(..., E) in the method's codes -> (..., E) true codes."""
        true = np.empty_like(archs)
        true[..., self.columns] = self.codes[archs]
        return true

    def apply(self, archs: np.ndarray) -> np.ndarray:
        """(..., E) true codes -> (..., E) int64 in the method's codes."""
        return np.asarray(np.argsort(self.codes)[np.asarray(archs)[..., self.columns]])
