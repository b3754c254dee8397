"""What a protocol is handed: the method that it asks, and the report that it writes. Imports no torch.

A board's interface is a Protocol class that derives from `Contestant`: its own functions are the calls that cross the
boundary, what it inherits stays on the trusted side.

    class Method(Contestant, Protocol):
        def impute(self, x: np.ndarray) -> np.ndarray: ...
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, Self, TypedDict, TypeVar

import numpy as np

Call = TypeVar("Call", bound=Callable[..., Any])


def optional(call: Call) -> Call:
    """Mark a call of an interface as one that a method may lack: `play` asks `method.has(name)` before it uses it."""
    call.is_optional = True  # type: ignore[attr-defined]
    return call


class Spent(TypedDict):
    """What a method used, measured from outside. Seconds and bytes."""

    seconds: float  # wall time inside calls, the constructor's included
    cpu_seconds: float
    gpu_seconds: float  # 0.0 on a CPU, and for a method that leaves the GPU alone
    memory_bytes: int  # peak
    gpu_memory_bytes: int | None  # peak that the driver reported; 0 on a CPU, None where it could not be measured


@dataclass
class Measured:
    """What the calls within one `measured()` used; filled in when the block ends."""

    cpu_seconds: float = 0.0
    seconds: float = 0.0
    peak_bytes: int = 0  # within the block where the kernel can reset its peak, else of the play so far


class Contestant(Protocol):
    """A method as its protocol meets it, beside the calls of the board's interface."""

    @property
    def spent(self) -> Spent:
        """What its calls used so far, those of its `fresh` copies included."""

    @property
    def code_bytes(self) -> int:
        """The size of its file: what was learnt elsewhere comes in it."""

    def has(self, name: str) -> bool:
        """Whether it defines this call; true for every call that is not optional."""

    def measured(self) -> AbstractContextManager[Measured]:
        """Measure the calls within a block: `with method.measured() as cost: method.fit(x)`, then cost.cpu_seconds."""

    def fresh(self) -> Self:
        """Another sandbox with a new Method from the same code and seed, which knows nothing of this one.

        Limits, costs and log are shared with this one. It lives until it is closed or the play ends.
        """

    def close(self) -> None:
        """End its process: the play goes on without it. A call after that is the protocol's mistake."""


RESERVED = ("spent", "code_bytes", "has", "measured", "fresh", "close")


class Report(Protocol):
    """The trusted side's channel to the pages. Never put the truth of a cell, a label or a seed into it."""

    def progress(self, fraction: float, text: str = "") -> None:
        """Say how far this play is; fraction in [0, 1]."""

    def curve(
        self,
        name: str,
        x: Any,
        series: Mapping[str, Any],
        *,
        x_label: str = "",
        y_label: str = "",
        log_x: bool = False,
        log_y: bool = False,
    ) -> None:
        """Show lines over x: (n,) and for each name (n,), numbers."""

    def image(self, name: str, pixels: np.ndarray) -> None:
        """Show pixels: (h, w) or (h, w, 3), float in [0, 1]."""

    def strip(self, name: str, frames: np.ndarray, labels: Sequence[str] = ()) -> None:
        """Show pictures side by side: (k, h, w) or (k, h, w, 3), float in [0, 1], a label for each."""

    def matrix(self, name: str, values: np.ndarray, *, frames: Sequence[str] = (), label: str = "") -> None:
        """Show a matrix as colours: (h, w), or (k, h, w) with a name for each frame, which a slider moves through."""

    def points(self, name: str, groups: Mapping[str, np.ndarray], *, x_label: str = "", y_label: str = "") -> None:
        """Show a scatter of groups: each (n, 2), numbers."""

    def graph(self, name: str, nodes: Sequence[str], edges: Sequence[tuple[int, int, str]]) -> None:
        """Show a small directed graph: names of the nodes, and edges (from, to, label) by their indices."""

    def table(self, name: str, columns: list[str], rows: list[list[float | str]]) -> None:
        """Show a small table."""
