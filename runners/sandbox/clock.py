"""The time that a method may use: CPU-seconds measured from outside, and wall time as a generous second limit.

A busy machine makes wall time of its own, so it counts only where it exceeds the limit `Limits.patience` times over: that
is somebody who sleeps. On a GPU, where the device is the method's alone, wall time itself counts and CPU time doesn't.
"""

import os
import time
from dataclasses import dataclass, field

from papers.task import Limits
from runners.events import Exceeded
from runners.sandbox.errors import OutOfTime
from runners.sandbox.usage import Meter

UNSEEN = 0.01  # of a call's limit: CPU time that may pass without a look, so that short calls don't pay for looking
CORES = os.cpu_count() or 1


@dataclass
class Ledger:
    """What all the sandboxes of one play used: they share its limits. Seconds."""

    cpu_seconds: float = 0.0
    seconds: float = 0.0
    clocks: list["Clock"] = field(default_factory=list)  # of those that still run


class Clock:
    """Measures the calls of one sandbox, one at a time, and holds them against the limits."""

    def __init__(self, limits: Limits, meter: Meter, *, on_gpu: bool) -> None:
        self._limits, self._meter, self._on_gpu = limits, meter, on_gpu
        self._patience = 1.0 if on_gpu else limits.patience
        self._ledger = Ledger()
        self._origin = self._booked = (
            0.0  # the meter's figures: when the code arrived, and up to where the ledger knows
        )
        self._doing, self._began, self._cpu_at_begin = "", 0.0, 0.0
        self._is_running = False
        self.seconds = 0.0  # wall time of the calls that are over

    @property
    def cpu_seconds(self) -> float:
        """What the method used since `set_to_zero`, as of the last look."""
        return self._booked - self._origin

    def set_to_zero(self, ledger: Ledger) -> None:
        """Begin to count: what was used until now, to start and to preload, is nobody's cost."""
        self._meter.look()
        self._ledger = ledger
        self._origin = self._booked = self._meter.cpu_seconds
        ledger.clocks.append(self)

    def stop(self) -> None:
        """Look for the last time, before the sandbox ends."""
        self.end()
        self._look()
        if self in self._ledger.clocks:
            self._ledger.clocks.remove(self)

    def begin(self, doing: str) -> float:
        """Start a call; returns until when it may last at most, a time.monotonic(). Raises OutOfTime."""
        self._doing, self._began, self._cpu_at_begin = doing, time.monotonic(), self._booked
        self._is_running = True
        left = self._patience * self._limits.play_seconds - self._ledger.seconds
        if left <= 0:
            raise self.overslept()
        self._check()
        return self._began + min(self._patience * self._limits.call_seconds, left)

    def look(self) -> None:
        """Bring the figures up to date. Raises OutOfTime where a call is running and has used too much."""
        self._look()
        if self._is_running:
            self._check()

    def end(self) -> None:
        """The call is over, however it ended. Looks where that may change a verdict, and never oftener than it is worth."""
        if not self._is_running:
            return
        self._is_running = False
        seconds = time.monotonic() - self._began
        self.seconds += seconds
        self._ledger.seconds += seconds
        unlooked = time.monotonic() - self._meter.looked
        matters = CORES * unlooked > UNSEEN * min(self._limits.call_seconds, self._limits.play_seconds)
        if matters and (self._meter.is_cheap or unlooked > self._meter.INTERVAL):
            self._look()
        self._book()

    def judge(self) -> None:
        """Hold the call that has just ended against the limits. Raises OutOfTime."""
        self._check()

    def overslept(self) -> OutOfTime:
        """What to say of a call that lasted until `begin` said, or of a play that did."""
        wall = time.monotonic() - self._began
        limit, cpu = self._limits.call_seconds, self._booked - self._cpu_at_begin
        if wall < self._patience * limit:
            wall, limit = self._ledger.seconds + (wall if self._is_running else 0.0), self._limits.play_seconds
            cpu = self._ledger.cpu_seconds
            what = "The calls of this play took"
        else:
            what = f"While {self._doing}, the method took"
        allowed = self._patience * limit
        figures = f"{what} {wall:.1f} s of wall time, {allowed:g} s are allowed"
        exceeded = Exceeded(limit="wall seconds", used=wall, allowed=allowed)
        if self._on_gpu:  # nobody waited: the device was his
            return OutOfTime(f"{figures}: on a GPU the device's time counts.", exceeded)
        exceeded["cpu_seconds"] = cpu
        return OutOfTime(f"{figures}: it used {cpu:.1f} CPU-s, so it slept or waited.", exceeded)

    def _look(self) -> None:
        """Look at all sandboxes of the play: those that wait may have left something running."""
        for clock in {self, *self._ledger.clocks}:
            clock._meter.look()
            clock._book()

    def _book(self) -> None:
        self._ledger.cpu_seconds += self._meter.cpu_seconds - self._booked
        self._booked = self._meter.cpu_seconds

    def _check(self) -> None:
        if self._on_gpu:
            return
        call, play = self._booked - self._cpu_at_begin, self._ledger.cpu_seconds
        if call > self._limits.call_seconds:
            raise _overworked(f"While {self._doing}, the method used", call, self._limits.call_seconds)
        if play > self._limits.play_seconds:
            raise _overworked("The calls of this play used", play, self._limits.play_seconds)


def _overworked(what: str, used: float, allowed: float) -> OutOfTime:
    message = f"{what} {used:.2f} CPU-s, {allowed:g} are allowed."
    return OutOfTime(message, Exceeded(limit="cpu seconds", used=used, allowed=allowed))
