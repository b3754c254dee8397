"""The cases: how many numbers."""

from dataclasses import dataclass

from papers.task import Case


@dataclass(frozen=True)
class Numbers:
    """`n` of them."""

    n: int


QUICK = (Case(name="small", params=Numbers(3)), Case(name="large", params=Numbers(50)))
FULL = (Case(name="vast", params=Numbers(500)),)
