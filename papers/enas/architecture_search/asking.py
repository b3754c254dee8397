"""What a method may ask, checked."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from papers import answers
from papers.enas.problem import space
from papers.enas.problem.bench import Question
from papers.task import AnswerError

MOST = {"train": 1, "share": 64, "probe": 256, "score": 256}  # cells in one question
SHARED = ("share", "probe", "score")


@dataclass(frozen=True)
class Rules:
    """What a case allows: the number of edges, whether weights are shared, after how many epochs a training may end."""

    edges: int
    is_shared: bool
    epochs: tuple[int, ...]  # ascending; the last one is a full training

    @property
    def kinds(self) -> tuple[str, ...]:
        """What may be asked for, beside the end."""
        return ("train", *SHARED) if self.is_shared else ("train",)


def read_question(asked: Any, rules: Rules) -> Question | None:
    """The question in what `ask` returned, in the method's own codes; None for "stop". Raises AnswerError."""
    kind = answers.mapping(asked, call="ask", keys=("do",), others=("arch", "epochs"))["do"]
    if not isinstance(kind, str) or kind not in (*rules.kinds, "stop"):
        wish = repr(kind[:40]) if isinstance(kind, str) else answers.named(kind)
        raise AnswerError(f"ask wants to do {wish}; this case knows {', '.join(rules.kinds)} and stop")
    if kind == "stop":
        answers.mapping(asked, call="ask to stop", keys=("do",))
        return None
    if kind == "train":
        return read_training(asked, rules)
    call = f"ask to {kind}, in 'arch',"
    answers.mapping(asked, call=f"ask to {kind}", keys=("do", "arch"))
    archs = read_cells(asked["arch"], call=call, shape=(None, rules.edges))
    if not 1 <= len(archs) <= MOST[kind]:
        raise AnswerError(f"{call} returned {len(archs)} cells, expected from 1 to {MOST[kind]}")
    return Question(kind, archs)


def read_training(asked: Any, rules: Rules) -> Question:
    answers.mapping(asked, call="ask to train", keys=("do", "arch"), others=("epochs",))
    arch = read_cells(asked["arch"], call="ask to train, in 'arch',", shape=(rules.edges,))
    return Question("train", arch[None], read_epochs(asked.get("epochs", rules.epochs[-1]), rules.epochs))


def read_epochs(answer: Any, known: tuple[int, ...]) -> int:
    """Epochs of a training, if the table has its curve there. Raises AnswerError."""
    what = f"one of the epochs {', '.join(map(str, known))}"
    call = "ask to train, in 'epochs',"
    epochs = answers.whole(answer, call=call, low=1, high=known[-1], what=what)
    if epochs not in known:
        raise AnswerError(f"{call} returned {epochs}, expected {what}")
    return epochs


def read_cells(answer: Any, *, call: str, shape: tuple[int | None, ...]) -> np.ndarray:
    """Cells as operation codes: int64 of this shape, 0 to 4. Raises AnswerError."""
    return answers.array(answer, call=call, shape=shape, kind="int", low=0, high=space.CODES - 1)
