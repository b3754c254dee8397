"""What a board's page can draw: each kind says which scores it needs, and which reported artefacts. No plotting here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A picture on the board's page, drawn from scores or from what `play` reported."""

    title: str
    note: str = ""  # how to read it

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics whose means are drawn."""
        return ()

    @property
    def artefacts(self) -> tuple[str, ...]:
        """The names of the reported artefacts that are drawn."""
        return ()


@dataclass(frozen=True, kw_only=True)
class Heatmap(Figure):
    """Methods by cases, one metric as colour."""

    metric: str

    @property
    def metrics(self) -> tuple[str, ...]:
        return (self.metric,)


@dataclass(frozen=True, kw_only=True)
class Against(Figure):
    """A metric against a number among the cases' parameters, one line a method: mean over the cases that match `where`."""

    metric: str
    x: str  # the name of the parameter
    x_label: str = ""
    where: Mapping[str, Any] = field(default_factory=dict)
    log_x: bool = False
    log_y: bool = False

    @property
    def metrics(self) -> tuple[str, ...]:
        return (self.metric,)


@dataclass(frozen=True, kw_only=True)
class Overlay(Figure):
    """The curve of this name that each method's plays reported: its mean and 95 % interval over the seeds.

    `reference` is another series of the same curve that is the same for all methods (an oracle, a floor): drawn once.
    `y_range` is what is seen at first; a reader can zoom out of it.
    """

    curve: str
    series: str
    case: str | None = None  # None: the mean over all cases that report it
    reference: str = ""
    is_step: bool = False  # a value holds until the next one; else it is interpolated
    x_label: str = ""
    y_label: str = ""
    log_x: bool = False
    log_y: bool = False
    y_range: tuple[float, float] | None = None  # of a linear axis

    @property
    def artefacts(self) -> tuple[str, ...]:
        return (self.curve,)


@dataclass(frozen=True, kw_only=True)
class Bracket(Figure):
    """Four metrics, case by case: an estimate, the interval that it certifies, and the truth."""

    low: str
    value: str
    high: str
    truth: str
    log_y: bool = False

    @property
    def metrics(self) -> tuple[str, ...]:
        return (self.low, self.value, self.high, self.truth)


@dataclass(frozen=True, kw_only=True)
class Scatter(Figure):
    """One metric against another, a point a method: means over the cases. `reference`: (x, y) points of a curve."""

    x: str
    y: str
    cases: tuple[str, ...] = ()  # (): all ranked ones
    reference: tuple[tuple[float, float], ...] = ()
    reference_label: str = ""
    log_x: bool = False
    log_y: bool = False

    @property
    def metrics(self) -> tuple[str, ...]:
        return (self.x, self.y)


@dataclass(frozen=True, kw_only=True)
class Seeds(Figure):
    """Every seed's value of one metric on one case, a row a method, with the mean and the interquartile mean."""

    metric: str
    case: str

    @property
    def metrics(self) -> tuple[str, ...]:
        return (self.metric,)


@dataclass(frozen=True, kw_only=True)
class Gallery(Figure):
    """One reported artefact of each method (image, points, matrix or strip) side by side on one case, an oracle first."""

    artefact: str
    case: str

    @property
    def artefacts(self) -> tuple[str, ...]:
        return (self.artefact,)


@dataclass(frozen=True, kw_only=True)
class Frames(Figure):
    """A reported matrix with frames, one for each value of a parameter: a slider moves through them, a method at a time."""

    matrix: str
    case: str
    x_label: str = ""
    y_label: str = ""

    @property
    def artefacts(self) -> tuple[str, ...]:
        return (self.matrix,)
