"""The method as its protocol meets it, and the boxes that hold it: see papers.playing.Contestant."""

import contextlib
import logging
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from typing import Any, Protocol, Self

from papers.playing import Measured, Spent
from papers.task import Task
from runners.events import tail_of
from runners.inprocess import InProcess, Oracle
from runners.job import Job
from runners.sandbox import (
    Asked,
    Borrower,
    Forker,
    Ledger,
    Sandbox,
    SandboxError,
    Zygote,
    preload_for,
    shared,
    why_no_forks,
)
from runners.sandbox.gpu_meter import largest

log = logging.getLogger(__name__)


class Misuse(Exception):
    """The board's protocol asked for what it must not ask for: our mistake, never the author's."""


class Box(Protocol):
    """What holds a method: a sandbox, for debugging this very process, or an oracle."""

    def load(
        self, code: bytes, *, seed: int, calls: tuple[str, ...], optional: tuple[str, ...], ledger: Ledger
    ) -> None: ...
    def has(self, name: str) -> bool: ...
    def call(self, name: str, /, *args: Any, **kwargs: Any) -> Any: ...
    def spent(self) -> Spent: ...
    def reset_peak(self) -> None: ...
    @property
    def lap_bytes(self) -> int: ...
    def log(self) -> str: ...
    def close(self) -> None: ...


class Boxes:
    """Starts boxes ahead of their use, which hides the interpreter's start and its imports; forks them where it can.

    They are forked from a zygote that is lent, else from one of the run's own.
    """

    def __init__(self, job: Job, borrower: Borrower | None = None) -> None:
        self._job = job
        self._borrower = borrower
        self._spare: Box | None = None
        self._asked: Asked | None = None  # a spare that is forked
        self._lent: Forker | None = None
        self._zygote: Zygote | None = None
        self._forks = job.mode == "sandbox" and job.device == "cpu" and not job.oracle

    def prepare(self) -> None:
        """Start the next one now."""
        if self._spare or self._asked or self._job.mode == "inprocess" or self._job.oracle:
            return
        if self._forks:
            self._ask()
        if self._asked is None:
            self._spare = self._start()

    def take(self) -> Box:
        self.prepare()
        while asked := self._asked:
            self._asked = None
            try:
                return Sandbox.forked(asked)
            except SandboxError as error:
                self._forget_what_forks(error)
                self.prepare()
        box, self._spare = self._spare or self._start(), None
        return box

    def close(self) -> None:
        spare, self._spare = self._spare, None
        if spare:
            spare.close()
        asked, self._asked = self._asked, None
        if asked:
            asked.close()
        if self._lent:
            self._lent.close()
            self._lent = None
        if self._zygote:
            self._zygote.end()
            self._zygote = None

    def _ask(self) -> None:
        try:
            forker = self._forker()
            self._asked = forker.ask(self._job.board.limits, self._preload) if forker else None
        except SandboxError as error:
            self._forget_what_forks(error)

    def _forker(self) -> Forker | None:
        """What the run's boxes are forked from; None where it is not worth the while. Raises SandboxError."""
        kit = self._job.board.task.kit
        modules = shared(self._preload, kit)
        if not (self._borrower or (modules and len(self._job.plays()) > 1)) or why_no_forks():
            self._forks = False
            return None
        if self._borrower:
            self._lent = self._lent or self._borrower.borrow(kit, modules)
            return self._lent
        self._zygote = self._zygote or Zygote(kit=kit, modules=modules)
        return self._zygote.forker

    def _forget_what_forks(self, error: SandboxError) -> None:
        """From now on fork from a zygote of the run's own; where that was lost, start what is left of its boxes."""
        log.warning("no sandbox could be forked: %s", error)
        self._forks = self._borrower is not None
        self._borrower = None

    @cached_property
    def _preload(self) -> tuple[str, ...]:
        return preload_for(self._job.code, self._job.board.task.kit)

    def _start(self) -> Box:
        if self._job.mode == "inprocess":
            return InProcess(device=self._job.device)
        return Sandbox.start(
            limits=self._job.board.limits,
            device=self._job.device,
            kit=self._job.board.task.kit,
            isolated=self._job.mode == "sandbox",
            preload=self._preload,
        )


class Playing:
    """One play's boxes: the first one and its `fresh` copies, with one account of costs, limits and log."""

    def __init__(self, job: Job, boxes: Boxes, *, seed: int, oracle: Callable[[], object] | None = None) -> None:
        self._job, self._boxes, self._seed, self._oracle = job, boxes, seed, oracle
        self.task: Task = job.board.task  # looked up once: calls are many
        self._opened: list[Box] = []
        self._living: dict[int, Box] = {}
        self._ledger = Ledger()
        self._memory_bytes = 0
        self._gpu_memory_bytes: int | None = None

    @property
    def code_bytes(self) -> int:
        return len(self._job.code)

    def open(self) -> Box:
        """Another box with a new Method from the same code and seed. Raises MethodFailure, SandboxError."""
        box: Box = Oracle(self._oracle) if self._oracle else self._boxes.take()
        self._opened.append(box)
        self._living[id(box)] = box
        optional = tuple(name for name in self.task.calls if name not in self.task.required_calls)
        self._boxes_ahead()
        box.load(
            self._job.code, seed=self._seed, calls=self.task.required_calls, optional=optional, ledger=self._ledger
        )
        return box

    def close(self, box: Box) -> None:
        """End a box; what it used stays on the account."""
        self.spent()
        box.close()
        self._living.pop(id(box), None)

    def spent(self) -> Spent:
        """Sums over all boxes; memory is the most that those which lived side by side had used at their peaks."""
        every = [box.spent() for box in self._opened]
        living = [box.spent() for box in self._living.values()]
        self._memory_bytes = max(self._memory_bytes, sum(spent["memory_bytes"] for spent in living))
        held = [spent["gpu_memory_bytes"] for spent in living]
        if held and None not in held:
            self._gpu_memory_bytes = largest(self._gpu_memory_bytes, sum(size for size in held if size is not None))
        return Spent(
            seconds=sum(spent["seconds"] for spent in every),
            cpu_seconds=sum(spent["cpu_seconds"] for spent in every),
            gpu_seconds=sum(spent["gpu_seconds"] for spent in every),
            memory_bytes=self._memory_bytes,
            gpu_memory_bytes=self._gpu_memory_bytes,
        )

    def end(self) -> None:
        """End all boxes."""
        for box in list(self._living.values()):
            self.close(box)

    def log(self) -> str:
        """What the method printed, copy by copy: the tail, should it be long."""
        return tail_of("".join(box.log() for box in self._opened), self._job.board.limits.log_bytes)

    def _boxes_ahead(self) -> None:
        """A protocol that has asked for two will ask for more."""
        if len(self._opened) > 1:
            self._boxes.prepare()


class Proxy:
    """The method as a protocol sees it: the calls of the interface, and what papers.playing.Contestant promises."""

    def __init__(self, playing: Playing) -> None:
        self._playing = playing
        self._box = playing.open()
        self._is_closed = False

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in self._playing.task.calls:
            raise AttributeError(f"the interface has no call {name!r}, only {', '.join(self._playing.task.calls)}")
        self._require_open(name)
        if not self.has(name):
            raise Misuse(f"the method defines no {name}, which is optional: ask method.has({name!r}) first")
        return partial(self._box.call, name)

    @property
    def spent(self) -> Spent:
        return self._playing.spent()

    @property
    def code_bytes(self) -> int:
        return self._playing.code_bytes

    def has(self, name: str) -> bool:
        task = self._playing.task
        if name not in task.calls:
            raise Misuse(f"the interface has no call {name!r}, only {', '.join(task.calls)}")
        return name in task.required_calls or self._box.has(name)

    @contextlib.contextmanager
    def measured(self) -> Iterator[Measured]:
        """Measure the calls of this copy within a block; background work of its threads counts too."""
        self._require_open("measured")
        result = Measured()
        self._box.reset_peak()
        before = self._box.spent()
        try:
            yield result
        finally:
            after = self._box.spent()
            result.cpu_seconds = after["cpu_seconds"] - before["cpu_seconds"]
            result.seconds = after["seconds"] - before["seconds"]
            result.peak_bytes = self._box.lap_bytes

    def fresh(self) -> Self:
        return type(self)(self._playing)

    def close(self) -> None:
        self._is_closed = True
        self._playing.close(self._box)

    def _require_open(self, name: str) -> None:
        if self._is_closed:
            raise Misuse(f"{name} was asked of a method that the protocol had closed")
