"""The cases: a family of functions, how much of it is seen, and how long one may learn it."""

from dataclasses import dataclass
from typing import Literal

from papers.task import Case


@dataclass(frozen=True)
class Functions:
    """`functions` are asked for each size (and order) of context, each at so many `targets`.

    fit_seconds, ask_seconds: CPU-seconds for `fit`, and for all that is asked then. is_joint: the joint likelihood of
    targets is measured too, one by one.
    """

    kind: Literal["curves", "images"]
    family: str
    contexts: tuple[int, ...]
    functions: int
    targets: int
    fit_seconds: float
    ask_seconds: float
    is_joint: bool = False

    @property
    def orders(self) -> tuple[str, ...]:
        """In which images show their pixels."""
        return ("random", "ordered") if self.kind == "images" else ("",)


FEW = (3, 5, 10, 15, 25, 50)


def curves(family: str, *, functions: int, fit: float, ask: float, is_joint: bool = False) -> Case[Functions]:
    return Case(name=f"curves/{family}", params=Functions("curves", family, FEW, functions, 50, fit, ask, is_joint))


QUICK = (
    *(curves(family, functions=128, fit=12, ask=6) for family in ("rbf", "rbf-random", "switching")),
    Case(name="images/digits", params=Functions("images", "digits", (4, 10, 20, 32), 128, 60, 20, 8)),
)
FULL = (
    *(
        curves(family, functions=256, fit=240, ask=60, is_joint=True)
        for family in (
            *("rbf", "rbf-random", "switching", "matern", "periodic"),
            *("kernel-mixture", "heteroscedastic", "shifted"),
        )
    ),
    Case(
        name="images/mnist",
        params=Functions("images", "mnist", (10, 50, 100, 300), 128, 200, 300, 120),
        data=("mnist70k",),
    ),
    Case(
        name="images/faces",
        params=Functions("images", "faces", (10, 100, 500, 1000), 96, 24, 300, 120),
        data=("orl_faces",),
    ),
)
