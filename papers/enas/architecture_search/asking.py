"""What a method may ask, checked; and the disguise between its codes and the true ones."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from papers.enas.problem import space
from papers.task import AnswerError

MOST = {"train": 1, "share": 64, "probe": 256, "score": 256}  # cells in one question
SHARED = ("share", "probe", "score")


@dataclass(frozen=True)
class Rules:
    """What a case allows: the number of edges, whether weights are shared, after how many epochs a training may end."""

    edges: int
    share: bool
    epochs: tuple[int, ...]  # ascending; the last one is a full training


@dataclass(frozen=True)
class Question:
    """One wish of a method. archs: (n, E) int64, in the method's own codes; epochs matter for trainings only."""

    kind: str
    archs: np.ndarray
    epochs: int = 0

    @classmethod
    def read(cls, asked: Any, rules: Rules) -> Self | None:
        """The question in what `ask` returned; None for "stop". Raises AnswerError."""
        if not isinstance(asked, dict) or not isinstance(asked.get("do"), str):
            raise AnswerError(f"ask returned {shown(asked)}, expected a dict with the key 'do'")
        kind, edges = asked["do"], rules.edges
        if kind == "stop":
            return None
        if kind not in MOST or (kind in SHARED and not rules.share):
            known = [word for word in MOST if rules.share or word not in SHARED]
            raise AnswerError(f"ask wants to do {kind[:40]!r}; this case knows {', '.join(known)} and stop")
        archs = whole_numbers(asked.get("arch"), f"ask's 'arch' to {kind}")
        if kind == "train":
            arch = cell(archs, edges=edges, what="ask's 'arch' to train")
            return cls(kind, arch[None], length(asked.get("epochs", rules.epochs[-1]), rules.epochs))
        if archs.ndim != 2 or archs.shape[1] != edges or not 1 <= len(archs) <= MOST[kind]:
            raise AnswerError(
                f"ask's 'arch' to {kind} has shape {archs.shape}, expected (n, {edges}) with n from 1 to {MOST[kind]}"
            )
        return cls(kind, in_range(archs, f"ask's 'arch' to {kind}"))


def length(epochs: Any, known: tuple[int, ...]) -> int:
    """Epochs of a training, if the table has its curve there. Raises AnswerError."""
    if not isinstance(epochs, int) or epochs not in known:
        raise AnswerError(f"ask's 'epochs' is {str(epochs)[:40]}; this case knows {', '.join(map(str, known))}")
    return epochs


def cell(answer: Any, *, edges: int, what: str) -> np.ndarray:
    """One cell: (E,) int64 of codes in 0..4. Raises AnswerError."""
    arch = whole_numbers(answer, what)
    if arch.shape != (edges,):
        raise AnswerError(f"{what} has shape {arch.shape}, expected ({edges},): one operation code an edge")
    return in_range(arch, what)


def whole_numbers(value: Any, what: str) -> np.ndarray:
    if not isinstance(value, np.ndarray):
        raise AnswerError(f"{what} is {shown(value)}, expected an int64 array of operation codes")
    if value.dtype.kind not in "iu":
        raise AnswerError(f"{what} is an array of {value.dtype}, expected int64")
    return np.asarray(value)


def in_range(archs: np.ndarray, what: str) -> np.ndarray:
    if archs.size and not (archs.min() >= 0 and archs.max() < space.CODES):
        raise AnswerError(f"{what} holds the code {archs.min() if archs.min() < 0 else archs.max()}, expected 0 to 4")
    return archs.astype(np.int64)


def shown(value: Any) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"


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
        """(..., E) true codes -> (..., E) in the method's codes."""
        return np.asarray(np.argsort(self.codes)[np.asarray(archs)[..., self.columns]])
