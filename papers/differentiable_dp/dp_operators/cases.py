"""The cases: which program, which regulariser, and the lengths at which it is timed. Imports no torch."""

from dataclasses import dataclass
from typing import Literal

from papers.task import Case

Kind = Literal["viterbi", "dtw"]
Op = Literal["entropy", "l2"]


@dataclass(frozen=True)
class Program:
    """kind: Viterbi of `states` states, or DTW of square matrices; steps: lengths at which calls are timed, in this order.

    batch: problems in a timed call. A longer gate asks for one float32 problem of 500 steps as well.
    """

    kind: Kind
    op: Op
    steps: tuple[int, ...]
    batch: int
    states: int = 9


def case(kind: Kind, op: Op) -> Case[Program]:
    return Case(
        name=f"{kind}/{op}", params=Program(kind, op, steps=(100, 300, 1000), batch=8 if kind == "viterbi" else 2)
    )


def long(kind: Kind, op: Op, *, states: int = 9) -> Case[Program]:
    size = f"-{states}" if kind == "viterbi" else ""
    batch = 64 if kind == "viterbi" else 16
    return Case(name=f"{kind}/long-{op}{size}", params=Program(kind, op, (100, 300, 1000), batch, states))


SHORT = Case(
    name="viterbi/short", params=Program("viterbi", "entropy", steps=(10, 30), batch=8), ranked=False
)  # a trial
RANKED = tuple(case(kind, op) for kind in ("viterbi", "dtw") for op in ("entropy", "l2"))
QUICK = RANKED
FULL = (
    *RANKED,
    *(long("viterbi", op, states=states) for op in ("entropy", "l2") for states in (9, 25)),
    *(long("dtw", op) for op in ("entropy", "l2")),
)
