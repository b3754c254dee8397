"""The vocabulary in which a paper describes its boards. Imports no torch: cards are read by the web process."""

import hashlib
import hmac
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np

Tier = Literal["quick", "full"]
TIERS: tuple[Tier, ...] = ("quick", "full")
Scores = dict[str, float]


class AnswerError(Exception):
    """A method answered something that the task can't use: the author's failure, shown to its author."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One problem of a board. The name is stable for ever; `params` is what the protocol needs to build it."""

    name: str
    params: Mapping[str, Any] = field(default_factory=dict)
    ranked: bool = True  # False: played and shown, but no part of a method's score


@dataclass(frozen=True, kw_only=True)
class Audit:
    """Two cases that an honest method finds about equally hard: a public table and a synthetic twin drawn from the seed.

    A method that knows the public one by heart does far better on it than its twin, compared with other methods.
    """

    public: str
    twin: str
    metric: str  # an error: positive, lower is better


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One number that `play` returns. `context` metrics describe the case, not the method, and are never ranked."""

    name: str
    label: str
    better: Literal["higher", "lower", "context"]
    description: str
    unit: str = ""
    digits: int = 3
    timing: bool = False  # seconds and the like: left out when reruns are compared
    is_limit: bool = (
        False  # a context metric in the primary one's unit, what the case itself allows: drawn beside the scores
    )


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A number that the paper printed. Shown beside measurements, never ranked with them."""

    method: str  # the paper's name for it
    case: str
    metric: str
    value: float
    where: str  # "Table 2"
    status: Literal["checked", "transcribed, unchecked"]
    tier: Tier = "full"
    spread: float | None = None
    house: str | None = None  # the house method that should reproduce it
    tolerance: float | None = None  # |measured - printed| up to which the claim counts as held
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What the paper says of two of its methods: that one is better. Judged by paired differences over the seeds."""

    text: str  # the claim, in short
    house: str  # the house method that should be better
    than: str
    metric: str
    cases: tuple[str, ...]  # the mean over them is compared
    where: str  # "abstract"
    status: Literal["checked", "transcribed, unchecked"]
    tier: Tier = "quick"
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Flag:
    """A finding about a method, shown on its row: a metric's mean over the seeds passes a bound on some case."""

    label: str  # "obfuscated gradients"
    metric: str
    text: str  # why it matters
    above: float | None = None
    below: float | None = None

    def is_raised(self, value: float) -> bool:
        return (self.above is not None and value > self.above) or (self.below is not None and value < self.below)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A picture on the board's page, drawn from scores or from what `play` reported. `tier` None: on both."""

    title: str
    note: str = ""  # how to read it
    tier: Tier | None = None


@dataclass(frozen=True, kw_only=True)
class Heatmap(Figure):
    """Methods by cases, one metric as colour."""

    metric: str


@dataclass(frozen=True, kw_only=True)
class Against(Figure):
    """A metric against a number in `Case.params`, one line a method: mean over the cases that match `where`."""

    metric: str
    x: str  # the name of the parameter
    x_label: str = ""
    where: Mapping[str, Any] = field(default_factory=dict)
    log_x: bool = False
    log_y: bool = False


@dataclass(frozen=True, kw_only=True)
class Overlay(Figure):
    """The curve of this name that each method's plays reported: its mean and 95 % interval over the seeds."""

    curve: str
    series: str
    case: str | None = None  # None: the mean over all cases that report it
    is_step: bool = False  # a value holds until the next one; else it is interpolated
    x_label: str = ""
    y_label: str = ""
    log_x: bool = False
    log_y: bool = False


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
class Contrast:
    """What a method loses between two cases: its score on `of` minus its score on `against`, paired by seed."""

    label: str
    of: str
    against: str


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one play (case x seed) may use. Seconds and bytes."""

    call_seconds: float
    play_seconds: float
    memory_bytes: int
    processes: int = 64
    log_bytes: int = 64 << 10
    frame_bytes: int = 256 << 20


@dataclass(frozen=True, kw_only=True)
class House:
    """A method file that comes with the paper."""

    slug: str  # the file's stem in methods/
    title: str
    kind: Literal["method", "baseline", "control"]
    summary: str
    expense: int = (
        1  # of a quick-tier run; 1: a control on a cheap board. Cheap ones are queued first, across all tasks
    )


@dataclass(frozen=True, kw_only=True)
class Task:
    """One board: its interface, cases, metrics and limits. `protocol` is the module that holds `play`."""

    slug: str
    title: str
    summary: str
    version: int
    interface: type  # a typing.Protocol over numpy: its public functions are all that crosses the boundary
    protocol: str  # "papers.gain.imputation"
    cases: Mapping[Tier, tuple[Case, ...]]
    seeds: Mapping[Tier, int]
    limits: Mapping[Tier, Limits]
    metrics: tuple[Metric, ...]  # the first one is the primary one
    house: tuple[House, ...]
    claims: tuple[Claim, ...] = ()
    contrasts: Mapping[Tier, tuple[Contrast, ...]] = field(default_factory=dict)
    audits: Mapping[Tier, tuple[Audit, ...]] = field(default_factory=dict)
    comparisons: tuple[Comparison, ...] = ()
    flags: tuple[Flag, ...] = ()
    figures: tuple[Figure, ...] = ()
    average: Literal["mean", "iqm"] = "mean"  # of a seed's cases; "iqm" leaves out the best and the worst quarter
    file_bytes: int = 1 << 20  # of a method; less where what was learnt elsewhere must not be packed in
    starter: str = ""  # slug of the house method offered as the starter file
    kit: str | None = None  # a module that methods may import inside the sandbox

    @property
    def primary(self) -> Metric:
        return self.metrics[0]

    @property
    def calls(self) -> tuple[str, ...]:
        """Names that a method must define and that the proxy lets through."""
        return tuple(
            name
            for name, value in vars(self.interface).items()
            if inspect.isfunction(value) and not name.startswith("_")
        )

    def metric(self, name: str) -> Metric:
        return next(metric for metric in self.metrics if metric.name == name)

    def ranked_cases(self, tier: Tier) -> list[str]:
        """Names of the cases that make a method's score."""
        return [case.name for case in self.cases[tier] if case.ranked]

    def plays(self, tier: Tier) -> list[tuple[Case, int]]:
        """Every (case, seed index) of one run, in the order in which they are played: seed by seed."""
        return [(case, seed) for seed in range(self.seeds[tier]) for case in self.cases[tier]]


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A paper and the boards that it brings. `folder` holds README.md and methods/."""

    slug: str
    title: str
    authors: str
    venue: str
    url: str
    claim: str  # one sentence: what the paper says it achieves
    question: str  # one sentence: what the board finds out
    folder: Path
    tasks: tuple[Task, ...]

    def method_path(self, slug: str) -> Path:
        return self.folder / "methods" / f"{slug}.py"


@dataclass(frozen=True)
class Seed:
    """The randomness of one play. What is published is only `index`; `key` and `salt` are secret.

    `rng(name)` is the same for every method, so comparisons are paired.
    `salted(name)` depends on the method's code too: for decoys and permutations that must not be learnt from earlier runs.
    `shared(name)` is the same for all cases and seeds of a board: for what is too dear to be made anew for each of them.
    """

    index: int
    key: bytes
    salt: bytes
    site: bytes = b""

    def rng(self, name: str) -> np.random.Generator:
        return _generator(self.key, name)

    def salted(self, name: str) -> np.random.Generator:
        return _generator(self.salt, name)

    def shared(self, name: str) -> np.random.Generator:
        return _generator(self.site, name)

    @staticmethod
    def site_of(key: bytes) -> bytes:
        """The `site` of every seed that is drawn from a job's key."""
        return hmac.digest(key, b"shared by all cases and seeds", hashlib.sha256)


def _generator(key: bytes, name: str) -> np.random.Generator:
    digest = hmac.digest(key, name.encode(), hashlib.sha256)
    return np.random.default_rng(int.from_bytes(digest, "little"))


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

    def points(self, name: str, groups: Mapping[str, np.ndarray], *, x_label: str = "", y_label: str = "") -> None:
        """Show a scatter of groups: each (n, 2), numbers."""

    def graph(self, name: str, nodes: Sequence[str], edges: Sequence[tuple[int, int, str]]) -> None:
        """Show a small directed graph: names of the nodes, and edges (from, to, label) by their indices."""

    def table(self, name: str, columns: list[str], rows: list[list[float | str]]) -> None:
        """Show a small table."""


class Play(Protocol):
    """The signature of a protocol module's `play`."""

    def __call__(self, case: Case, *, seed: Seed, device: str, method: Any, report: Report) -> Scores: ...
