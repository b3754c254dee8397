"""The cases: which objective, and how many gradients."""

from dataclasses import dataclass
from typing import Literal

from papers.task import Case

Data = Literal["diabetes", "breast", "synthetic", "digits", "mnist", "cifar10-jpeg", "loop"]  # the last: see loop.py
NETWORKS = ("mlp", "convnet")


@dataclass(frozen=True)
class Objective:
    """`public`: the table's own target, which anybody may know, instead of one drawn from the seed."""

    data: Data
    loss: str  # of the residuals; of NETWORKS: its cross-entropy on minibatches
    budget: int = 1000  # gradients of one trial
    condition: float = 1.0  # of a synthetic design
    public: bool = False

    @property
    def is_network(self) -> bool:
        return self.loss in NETWORKS


FILES_OF = {"diabetes": ("diabetes", "diabetes-target"), "breast": ("breast-cancer",)}  # names for papers.data


def table(data: Data, *losses: str) -> tuple[Case[Objective], ...]:
    """A real table: ranked with targets drawn from the seed, its twin with the public target unranked."""
    ranked = tuple(Case(name=f"{data}/{loss}", params=Objective(data, loss), data=FILES_OF[data]) for loss in losses)
    twins = tuple(
        Case(name=f"{data}-public/{loss}", params=Objective(data, loss, public=True), data=FILES_OF[data], ranked=False)
        for loss in losses
    )
    return (*ranked, *twins)


def synthetic(exponent: int, *losses: str) -> tuple[Case[Objective], ...]:
    """A Gaussian design with a condition number of 10^exponent."""
    return tuple(
        Case(
            name=f"synth-k1e{exponent}/{loss}",
            params=Objective("synthetic", loss, condition=10.0**exponent),
        )
        for loss in losses
    )


LOOP = Case(name="loop", params=Objective("loop", "linear", budget=1), ranked=False)
DIABETES, BREAST = table("diabetes", "l2", "l4", "l6", "huber"), table("breast", "logistic")
QUICK: tuple[Case[Objective], ...] = (*DIABETES[:2], *synthetic(3, "l2", "l4"), BREAST[0], LOOP)
FULL: tuple[Case[Objective], ...] = (
    *DIABETES,
    *BREAST,
    *(case for exponent in (1, 2, 3, 4, 5, 6) for case in synthetic(exponent, "l2", "l4")),
    Case(name="digits/matrix", params=Objective("digits", "matrix")),
    Case(name="digits/mlp", params=Objective("digits", "mlp")),
    Case(name="mnist/mlp", params=Objective("mnist", "mlp", budget=2000), data=("mnist",)),
    Case(name="mnist/convnet", params=Objective("mnist", "convnet", budget=1000), data=("mnist",)),
    Case(name="cifar-jpeg/convnet", params=Objective("cifar10-jpeg", "convnet", budget=1000), data=("cifar10-jpeg",)),
    LOOP,
)
