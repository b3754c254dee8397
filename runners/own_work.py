"""The evaluator's own work in a play: measured, and limited where a board trains a model of its own.

A signal comes every quarter of a CPU-second that this process works, all its threads counted. Python hands it over
between two of its instructions, so one long call into a library is stopped when it returns.
"""

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psutil

from papers.task import Limits

TICK = 0.25  # CPU-seconds


class OwnLimit(BaseException):
    """The evaluator used too much in one play. No Exception: a protocol that passes over errors must not swallow it."""


@dataclass
class OwnWork:
    """What the evaluator used in one play."""

    cpu_seconds: float = 0.0


@contextlib.contextmanager
def own_work(limits: Limits, *, is_enforced: bool) -> Iterator[OwnWork]:
    """Measure the block, and stop it by raising OwnLimit. Signals reach the main thread only: elsewhere it is measured."""
    work = OwnWork()
    start = time.process_time()
    before = None
    if is_enforced and threading.current_thread() is threading.main_thread():
        before = _watch(limits, start)
    try:
        yield work
    finally:
        if before is not None:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)
        work.cpu_seconds = time.process_time() - start


def _watch(limits: Limits, start: float) -> Any:
    """Look every TICK; returns the signal's handler of before."""
    process = psutil.Process()

    def look(*_: object) -> None:
        seconds, held = time.process_time() - start, process.memory_info().rss
        if seconds > limits.evaluator_seconds:
            raise OwnLimit(
                f"The evaluator's own work in this play used {seconds:.1f} CPU-s, {limits.evaluator_seconds:g} are allowed."
            )
        if held > limits.evaluator_bytes:
            raise OwnLimit(
                f"The evaluator holds {held / (1 << 20):.0f} MiB, {limits.evaluator_bytes / (1 << 20):.0f} are allowed."
            )

    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, min(TICK, limits.evaluator_seconds), TICK)
    return before
