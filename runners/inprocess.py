"""Methods in this very process: an author's, for a debugger, and oracles. Never code of others: nothing holds it."""

import resource
import sys
import time
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from papers.playing import Spent
from runners.sandbox import Ledger, MethodFailure

PEAK_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes


Work = Callable[[], Any]


@dataclass(frozen=True)
class Surroundings:
    """What a method in this process meets. `around` does its work: a debugger or a profiler may watch. `make`, of (seed,
    device), makes the method itself where it is an object of this process and no file. `file`: by which name its code is
    known to both.
    """

    around: Callable[[Work], Any] = lambda work: work()
    make: Callable[[int, str], Any] | None = None
    file: str = "method.py"


surroundings: ContextVar[Surroundings] = ContextVar("surroundings")


class InProcess:
    """Looks like a Sandbox to the evaluation; no limits, no isolation, and no peak that could be reset."""

    def __init__(self, *, device: str) -> None:
        self._device = device
        self._surroundings = surroundings.get(Surroundings())
        self._method: Any = None
        self._seconds = self._cpu_seconds = 0.0

    def load(
        self, code: bytes, *, seed: int, calls: tuple[str, ...], optional: tuple[str, ...], ledger: Ledger
    ) -> None:
        namespace: dict[str, Any] = {"__name__": "method"}

        def construct() -> Any:
            if self._surroundings.make:
                return self._surroundings.make(seed, self._device)
            exec(compile(code, self._surroundings.file, "exec"), namespace)  # noqa: S102  # its author asked for it
            return namespace["Method"](seed, self._device)

        self._method = self._timed(construct, "being imported and constructed")
        if lacking := [name for name in calls if not self.has(name)]:
            raise MethodFailure("import", f"method.py was imported, but its Method lacks {', '.join(lacking)}.")

    def has(self, name: str) -> bool:
        return callable(getattr(self._method, name, None))

    def call(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        return self._timed(lambda: getattr(self._method, name)(*args, **kwargs), f"answering {name}")

    def _timed(self, work: Work, doing: str) -> Any:
        start, cpu = time.monotonic(), time.process_time()
        try:
            return self._surroundings.around(work)
        except Exception as error:
            message = f"While {doing}, the method raised {type(error).__name__}: {error}"
            told = traceback.format_exception(type(error), error, self._own_part(error.__traceback__))
            raise MethodFailure("exception", message, "".join(told)) from error
        finally:
            self._seconds += time.monotonic() - start
            self._cpu_seconds += time.process_time() - cpu

    def _own_part(self, trace: TracebackType | None) -> TracebackType | None:
        """From the method's own first line on; all of it where none of its lines is there."""
        step = trace
        while step and step.tb_frame.f_code.co_filename != self._surroundings.file:
            step = step.tb_next
        return step or trace

    def spent(self) -> Spent:
        return Spent(
            seconds=self._seconds, cpu_seconds=self._cpu_seconds, gpu_seconds=0.0, memory_bytes=0, gpu_memory_bytes=0
        )

    def reset_peak(self) -> None:
        """The kernel keeps the peak of a process."""

    @property
    def lap_bytes(self) -> int:
        """The peak of this process, which is not the method's alone."""
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PEAK_UNIT

    def log(self) -> str:
        return ""

    def close(self) -> None:
        self._method = None


class NoTruth(Exception):
    """The board's oracle knows nothing of this case: it is not played by it."""


class Oracle:
    """An object that answers from the truth, made by the board itself. It costs nothing, and its mistakes are ours."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make
        self._answering: object = None

    def load(
        self, code: bytes, *, seed: int, calls: tuple[str, ...], optional: tuple[str, ...], ledger: Ledger
    ) -> None:
        """Raises NoTruth where the board makes none for this case."""
        self._answering = self._make()
        if self._answering is None:
            raise NoTruth

    def has(self, name: str) -> bool:
        return callable(getattr(self._answering, name, None))

    def call(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        return getattr(self._answering, name)(*args, **kwargs)

    def spent(self) -> Spent:
        return Spent(seconds=0.0, cpu_seconds=0.0, gpu_seconds=0.0, memory_bytes=0, gpu_memory_bytes=0)

    def reset_peak(self) -> None:
        """There is none."""

    @property
    def lap_bytes(self) -> int:
        return 0

    def log(self) -> str:
        return ""

    def close(self) -> None:
        self._answering = None
