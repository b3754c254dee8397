"""A method in this very process, for its author's debugger. Never for code of others: nothing holds it."""

import time
import traceback
from typing import Any

from runners.events import Spent
from runners.sandbox import MethodFailure


class InProcess:
    """Looks like a Sandbox to the evaluation; no limits, no isolation."""

    def __init__(self, *, device: str) -> None:
        self._device = device
        self._method: Any = None
        self._seconds = self._cpu_seconds = 0.0

    def load(self, code: bytes, *, seed: int, calls: tuple[str, ...]) -> None:
        namespace: dict[str, Any] = {"__name__": "method"}

        def construct() -> Any:
            exec(compile(code, "method.py", "exec"), namespace)  # noqa: S102  # its author asked for it
            return namespace["Method"](seed, self._device)

        self._method = self._timed(construct, "being imported and constructed")

    def call(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        return self._timed(lambda: getattr(self._method, name)(*args, **kwargs), f"answering {name}")

    def _timed(self, work: Any, doing: str) -> Any:
        start, cpu = time.monotonic(), time.process_time()
        try:
            return work()
        except Exception as error:
            message = f"While {doing}, the method raised {type(error).__name__}: {error}"
            raise MethodFailure("exception", message, traceback.format_exc()) from error
        finally:
            self._seconds += time.monotonic() - start
            self._cpu_seconds += time.process_time() - cpu

    def spent(self) -> Spent:
        return {
            "seconds": self._seconds,
            "cpu_seconds": self._cpu_seconds,
            "gpu_seconds": 0.0,
            "memory_bytes": 0,
            "gpu_memory_bytes": 0,
        }

    def log(self) -> str:
        return ""

    def close(self) -> None:
        self._method = None
