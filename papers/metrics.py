"""What a board measures, and what it makes of it: metrics, flags, and the findings that flags raise."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One number that `play` returns. `context` metrics describe the case, not the method, and are never ranked."""

    name: str
    label: str
    better: Literal["higher", "lower", "nearest", "context"]
    description: str
    target: float | None = None  # of "nearest": the value that is best, for example 0.9 of a coverage
    unit: str = ""
    digits: int = 3
    timing: bool = False  # seconds and the like: left out when reruns are compared
    may_lack: bool = False  # of the primary one: a play may leave it out, and its method is then not ranked
    gives_away: bool = False  # a hidden truth follows from it: shown as a mean over the seeds only
    is_limit: bool = (
        False  # a context metric in the primary one's unit, what the case itself allows: drawn beside scores
    )

    def __post_init__(self) -> None:
        if (self.better == "nearest") != (self.target is not None):
            raise ValueError(f"{self.name}: a metric that is best nearest a target names it, and no other does")
        if self.is_limit and self.better != "context":
            raise ValueError(f"{self.name}: what a case allows is a context metric")

    @property
    def is_ranked(self) -> bool:
        """Whether it says how good a method is: one value is then better than another."""
        return self.better != "context"

    def gain(self, value: Any) -> Any:
        """The value, or an array of values, as something of which more is better. Raises ValueError for a context metric."""
        if self.better == "higher":
            return +value
        if self.better == "lower":
            return -value
        if self.target is not None:
            return -np.abs(np.asarray(value) - self.target) if np.ndim(value) else -abs(value - self.target)
        raise ValueError(f"{self.name} describes the case: no value of it is better than another")


@dataclass(frozen=True, kw_only=True)
class Flag:
    """A finding about a method, shown on its row: a metric's mean over the seeds passes a bound on some case."""

    label: str  # "obfuscated gradients"
    metric: str
    text: str  # why it matters
    above: float | None = None
    below: float | None = None
    unranks: bool = False  # whether who raises it stands without a rank: its score says nothing
    cases: tuple[str, ...] = ()  # where it is looked for; (): on all

    def __post_init__(self) -> None:
        if (self.above is None) == (self.below is None):
            raise ValueError(f"the flag {self.label!r} has one bound: above or below")

    def excess(self, value: float) -> float:
        """How far a value lies beyond the bound: positive where the flag is raised."""
        return value - self.above if self.above is not None else (self.below or 0.0) - value


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A flag that was raised: on which case, by which value. Plain data: pages, API and CSV write it as they need."""

    label: str
    text: str
    metric: str = ""
    case: str = ""
    value: float | None = None

    def as_json(self) -> dict[str, Any]:
        return dict(vars(self))


def findings(flags: Iterable[Flag], means: Mapping[str, Mapping[str, float]]) -> list[Finding]:
    """The flags that are raised, each with the case on which its metric is farthest beyond the bound.

    means: metric -> case -> mean over the seeds.
    """
    raised = []
    for flag in flags:
        values = means.get(flag.metric, {})
        looked_at = {case: value for case, value in values.items() if not flag.cases or case in flag.cases}
        beyond = {case: excess for case, value in looked_at.items() if (excess := flag.excess(value)) > 0}
        if beyond:
            case = max(beyond, key=beyond.__getitem__)
            value = values[case]
            raised.append(Finding(label=flag.label, text=flag.text, metric=flag.metric, case=case, value=value))
    return raised
