"""The cases: how deep, how wide, which unit. Imports no torch."""

from dataclasses import dataclass

from papers.dynamical_isometry.problem.theory import Activation
from papers.task import Case


@dataclass(frozen=True)
class Deep:
    """A network of `depth` to 1.1 `depth` layers on maps of side x side; its Jacobian is taken apart where `jacobian`."""

    depth: int
    channels: int = 16
    side: int = 4
    batch: int = 8
    activation: Activation = "tanh"
    jacobian: bool = False


QUICK = (
    Case(name="depth32", params=Deep(32, jacobian=True)),
    Case(name="depth128", params=Deep(128, jacobian=True)),
    Case(name="depth1000", params=Deep(1000)),
    Case(name="depth10000", params=Deep(10_000)),
)
FULL = (
    *QUICK,
    Case(name="depth128/wide", params=Deep(128, channels=32, side=8)),
    Case(name="depth1000/wide", params=Deep(1000, channels=32, side=8)),
    Case(name="depth30000/narrow", params=Deep(30_000, channels=8)),
    Case(name="depth128/relu", params=Deep(128, activation="relu", jacobian=True), ranked=False),
    Case(name="depth1000/relu", params=Deep(1000, activation="relu"), ranked=False),
)
