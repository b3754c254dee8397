"""The vocabulary in which a paper describes its boards. Imports no torch: cards are read by the web process.

A paper brings tasks, a task is played on tiers, and a task on one of its tiers is a board. Beside this file:
`metrics` (what is measured), `evidence` (what is held against it), `figures` (what a page draws), `playing` (what a
protocol is handed), `answers` (what is wrong with an answer), `data` (files).
"""

import hashlib
import hmac
import inspect
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

import numpy as np

from papers.evidence import Evidence, Relation
from papers.figures import Figure
from papers.metrics import Flag, Metric
from papers.variants import with_constants

TierName = Literal["quick", "full"]
TIERS: tuple[TierName, ...] = ("quick", "full")
Scores = dict[str, float]
Params = TypeVar("Params")


class AnswerError(Exception):
    """A method answered something that the task can't use: the author's failure, shown to its author."""


@dataclass(frozen=True, kw_only=True)
class Case(Generic[Params]):
    """One problem of a board. The name is stable for ever; `params` is what `play` needs to build it, a frozen dataclass.

    Where a package or a data set of `packages` and `data` is missing, the case is left out with the reason, and the others
    are played.
    """

    name: str
    params: Params
    ranked: bool = True  # False: played and shown, but no part of a method's score
    group: str = ""  # cases of one group count together as much as those of another; none: each case for itself
    packages: tuple[str, ...] = ()  # optional ones: modules that the evaluator must be able to import
    data: tuple[str, ...] = ()  # names for `papers.data.dataset`


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one play (case x seed) may use. Seconds and bytes.

    `call_seconds` and `play_seconds` are CPU-seconds of the method, all its processes and threads together, so that a busy
    machine fails nobody. Wall time is a second limit, `patience` times as generous, which catches sleepers; on a GPU, where
    the device is the method's alone, wall time itself is counted.
    """

    call_seconds: float
    play_seconds: float
    memory_bytes: int
    patience: float = 20.0
    processes: int = 64
    log_bytes: int = 64 << 10
    frame_bytes: int = 256 << 20
    evaluator_seconds: float = 900.0  # CPU-seconds of the evaluator's own work in a play: where it trains a model, say
    evaluator_bytes: int = 6 << 30


@dataclass(frozen=True, kw_only=True)
class House:
    """A method that comes with the board: a file in methods/, perhaps with other constants, or an oracle.

    An `oracle` has no file and no rank: the board's play module makes it from the truth, `oracle(slug, case, seed=, device=)`.
    """

    slug: str
    title: str
    kind: Literal["method", "baseline", "control", "oracle"]
    summary: str
    file: str = ""  # stem of its file, where that is another method's
    constants: Mapping[str, Any] = field(default_factory=dict)  # put in the place of the file's own: {"ETA": 0.0}
    is_bound: bool = True  # of an oracle: nobody can be better in the primary metric
    expense: float = 1.0  # CPU-seconds of a quick-tier run, roughly: what is cheap is queued first


@dataclass(frozen=True)
class Gap:
    """What of a tier no reference result covers, and why: these house methods on these cases; none named: all the rest."""

    why: str
    methods: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()

    def covers(self, method: str, case: str) -> bool:
        return method in (self.methods or (method,)) and case in (self.cases or (case,))


@dataclass(frozen=True, kw_only=True)
class Tier:
    """How much of a task is played: cases, seeds, limits, and what is held against the results."""

    name: TierName
    cases: tuple[Case[Any], ...]
    seeds: int
    limits: Limits
    evidence: Evidence = field(default_factory=Evidence)
    figures: tuple[Figure, ...] = ()  # beside those of the task
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Task:
    """What methods of one kind are asked to do. `folder` holds reference/ and, unless boards share them, methods/."""

    slug: str
    title: str
    summary: str
    version: int
    folder: Path
    # what is played
    interface: (
        type  # a Protocol that derives from playing.Contestant: its own functions are all that crosses the boundary
    )
    play: str  # the module that holds `play`: "papers.gain.imputation.play"
    tiers: tuple[Tier, ...]
    trial: str | Case[Any]  # plays in two CPU-seconds, for conformance: a case of the quick tier, or one of no tier
    # what is measured
    metrics: tuple[Metric, ...]  # the first one is the primary one
    # who plays
    house: tuple[House, ...]
    starter: str  # slug of the house method offered as the starter file
    own: str = ""  # the paper's own method: where it stands is part of the verdict
    once: tuple[
        str, ...
    ] = ()  # functions of its modules, by the names that it calls them by, whose result follows from
    # case and seed alone and from no data set: a site works each out once, see runners.known
    kit: str | None = None  # a module that methods may import inside the sandbox
    shared_methods: Path | None = None  # the folder of files that house methods of several boards have in common
    file_bytes: int = 1 << 20  # of a method; less where what was learnt elsewhere must not be packed in
    works_on_device: bool = False  # whether the board's own networks go to the GPU too; else it keeps off
    flags: tuple[Flag, ...] = ()
    relations: tuple[Relation, ...] = ()  # what must hold of the house methods, or the board is broken
    average: Literal["mean", "iqm"] = "mean"  # of a seed's cases; "iqm" leaves out the best and the worst quarter
    cases_share_draws: bool = (
        False  # True where the cases of a seed meet the same draws: they are then one block of noise
    )
    salted_cases: tuple[str, ...] = ()  # those whose problem each upload draws for itself: nothing there can be paired
    # what is shown
    figures: tuple[Figure, ...] = ()

    @property
    def primary(self) -> Metric:
        return self.metrics[0]

    @cached_property
    def calls(self) -> tuple[str, ...]:
        """The names that the proxy lets through: the interface's own public functions."""
        return tuple(
            name
            for name, value in vars(self.interface).items()
            if inspect.isfunction(value) and not name.startswith("_")
        )

    @cached_property
    def required_calls(self) -> tuple[str, ...]:
        """Those that every method must define."""
        return tuple(name for name in self.calls if not hasattr(getattr(self.interface, name), "is_optional"))

    @property
    def trial_case(self) -> Case[Any]:
        return self.trial if isinstance(self.trial, Case) else self.board("quick").case(self.trial)

    @property
    def gives_away(self) -> list[str]:
        """The metrics from which a hidden truth follows: no page shows them by seed."""
        return [metric.name for metric in self.metrics if metric.gives_away]

    def metric(self, name: str) -> Metric:
        """Raises KeyError for an unknown name."""
        return {metric.name: metric for metric in self.metrics}[name]

    def method(self, slug: str) -> House:
        """The house method of this slug. Raises KeyError."""
        return {house.slug: house for house in self.house}[slug]

    @property
    def methods(self) -> Path:
        """The folder of the house methods' files."""
        return self.shared_methods or self.folder / "methods"

    def code(self, house: House) -> bytes:
        """The file of a house method, exactly as a user could upload it: its constants put in. Empty for an oracle."""
        if house.kind == "oracle":
            return b""
        text = (self.methods / f"{house.file or house.slug}.py").read_bytes()
        return with_constants(text, house.constants) if house.constants else text

    def board(self, tier: str) -> "Board":
        """Raises KeyError for a tier that the task does not have."""
        return self.boards[tier]

    @cached_property
    def boards(self) -> "Mapping[str, Board]":
        return {tier.name: Board(self, tier) for tier in self.tiers}


@dataclass(frozen=True, eq=False)
class Board:
    """A task on one of its tiers. Scores of two boards never mix."""

    task: Task
    tier: Tier

    def __str__(self) -> str:
        return f"{self.task.slug}/{self.tier.name}"

    @property
    def key(self) -> dict[str, str]:
        """What names it in a table: {"task": slug, "tier": name}."""
        return {"task": self.task.slug, "tier": self.tier.name}

    @property
    def cases(self) -> tuple[Case[Any], ...]:
        return self.tier.cases

    @property
    def seeds(self) -> int:
        return self.tier.seeds

    @property
    def limits(self) -> Limits:
        return self.tier.limits

    @property
    def evidence(self) -> Evidence:
        return self.tier.evidence

    @property
    def figures(self) -> tuple[Figure, ...]:
        return (*self.task.figures, *self.tier.figures)

    @property
    def ranked_cases(self) -> list[str]:
        """Names of the cases that make a method's score."""
        return [case.name for case in self.cases if case.ranked]

    @property
    def salted_cases(self) -> list[str]:
        """Names of the cases whose problem each upload draws for itself."""
        return [case.name for case in self.cases if case.name in self.task.salted_cases]

    def weights(self, cases: Sequence[str]) -> np.ndarray | None:
        """What each of these cases counts in a mean over them, (cases,): a group as much as another. None: all alike."""
        known = {case.name: case.group for case in self.cases}
        groups = [known[name] for name in cases]
        if not any(groups):
            return None
        sizes = Counter(groups)
        return np.array([1 / sizes[group] if group else 1.0 for group in groups])

    def case(self, name: str) -> Case[Any]:
        """Raises KeyError for an unknown name."""
        return {case.name: case for case in self.cases}[name]

    def plays(self) -> list[tuple[Case[Any], int]]:
        """Every (case, seed index) of one run, in the order in which they are played: seed by seed."""
        return [(case, seed) for seed in range(self.seeds) for case in self.cases]


@dataclass(frozen=True, kw_only=True, eq=False)
class Paper:
    """A paper and the tasks that it brings. `folder` holds README.md, data.py and a folder for each task."""

    slug: str
    title: str
    authors: str
    venue: str
    url: str
    claim: str  # one sentence: what the paper says it achieves
    question: str  # one sentence: what the board finds out
    folder: Path
    tasks: tuple[Task, ...]
    area: str = ""  # under which home lists it
    topics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seed:
    """The randomness of one play. What is published is only `index`; `key` and `salt` are secret.

    `rng(name)` is the same for every method, so comparisons are paired.
    `salted(name)` depends on the method's code too: for what must not be learnt from earlier runs, be it decoys or problems.
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
