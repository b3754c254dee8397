"""The trusted ends of a sandbox's pipes: frames with a deadline, and the log, read whenever we wait.

Nothing here blocks on the method: every read and write is tried only when the kernel says that it will go through.
There is no thread. While no call is open nobody reads the log, and a method that prints then simply waits.
"""

import fcntl
import os
import select
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Protocol

from runners.inside import wire

PIPE_BYTES = 1 << 20
TICK = 0.2  # seconds between two looks at what the method uses
OUTPUT_LIMIT = 32 << 20  # bytes that a method may print in one play; only the tail is kept
CHUNK = 1 << 16


class Speaker(Protocol):
    """A process that says something on its standard output: what is used of a subprocess.Popen."""

    @property
    def pid(self) -> int: ...
    @property
    def stdout(self) -> IO[bytes] | None: ...
    @property
    def returncode(self) -> int | None: ...
    def kill(self) -> None: ...
    def wait(self, timeout: float | None = None) -> int: ...


class Process(Speaker, Protocol):
    """The process at the other ends."""

    @property
    def stdin(self) -> IO[bytes] | None: ...
    @property
    def stderr(self) -> IO[bytes] | None: ...


class TooMuchOutput(Exception):
    """The method printed more than OUTPUT_LIMIT."""


class Channel:
    """Frames to and from one process. Any deadline is a time.monotonic()."""

    def __init__(self, process: Process, *, log_bytes: int, tick: Callable[[], None]) -> None:
        self._pipes = [pipe for pipe in (process.stdin, process.stdout, process.stderr) if pipe]
        self._to, self._from, self._log = (pipe.fileno() for pipe in self._pipes)
        self._end = handle_of(process)
        self._is_over = False
        self._log_is_closed = False
        self._tail = bytearray()
        self._log_bytes = log_bytes
        self._tick = tick
        self._until = 0.0  # of the read that is going on
        self._next_tick = 0.0
        self._ahead = wire.ReadAhead(self._read)
        self.printed = 0
        for pipe in (self._to, self._from):
            os.set_blocking(pipe, False)
            if hasattr(fcntl, "F_SETPIPE_SZ"):
                _widen(pipe)
        os.set_blocking(self._log, False)
        self._answers = _poll_of((self._from, select.POLLIN))
        around = ((self._log, select.POLLIN), *([(self._end, select.POLLIN)] if self._end >= 0 else []))
        self._waiting = {
            self._to: _poll_of((self._to, select.POLLOUT), *around),
            self._from: _poll_of((self._from, select.POLLIN), *around),
        }

    def send(self, buffers: Sequence[wire.Buffer], *, until: float) -> None:
        """Write everything. Raises TimeoutError, EOFError (the process ended), TooMuchOutput."""
        for buffer in buffers:
            rest = memoryview(buffer)
            while rest:
                self._look(until)
                try:
                    rest = rest[os.write(self._to, rest[: 1 << 20]) :]
                except BlockingIOError:
                    self._wait(self._to, until)
                except BrokenPipeError:
                    raise EOFError from None

    def receive(self, *, until: float, limit: int) -> wire.Frame:
        """Read one frame. Raises wire.FrameError and what `send` raises."""
        self._until = until
        if not self._ahead:
            self._wait(self._from, until)  # an answer takes its time: trying first would be in vain
        return wire.read(self._ahead.fill, limit=limit)

    def speaks_unasked(self) -> bool:
        """True where bytes wait for us, or are here already, although no call is open."""
        if self._ahead:
            return True
        ready = self._answers.poll(0)
        return bool(ready and ready[0][1] & select.POLLIN)

    def drain(self) -> None:
        """Take over what the method printed until now."""
        while self._read_log():
            pass

    def log(self) -> str:
        """The tail of what was printed: control characters escaped, folders of this machine left out."""
        text = clean(bytes(self._tail[-self._log_bytes :]).decode(errors="replace"))[-self._log_bytes :]
        dropped = self.printed - len(self._tail[-self._log_bytes :])
        return f"[the first {dropped} bytes are left out]\n{text}" if dropped else text

    def close(self) -> None:
        if self._end >= 0:
            os.close(self._end)
            self._end = -1
        for pipe in self._pipes:
            pipe.close()  # unbuffered: nothing is flushed into a broken pipe

    def _read(self, view: memoryview) -> int:
        """Read what there is, and wait where there is nothing; 0 at the end."""
        while True:
            self._look(self._until)  # also where there is always a byte: they may be many
            try:
                return os.readv(self._from, [view])
            except BlockingIOError:
                self._wait(self._from, self._until)

    def _look(self, until: float) -> None:
        """Look at the clock and, now and then, at what is used."""
        now = time.monotonic()
        if now >= until:
            raise TimeoutError
        if now >= self._next_tick:
            self._tick()
            self._next_tick = time.monotonic() + TICK

    def _wait(self, pipe: int, until: float) -> None:
        """Return when the pipe is ready; meanwhile read the log and look at what is used."""
        while True:
            self._look(until)
            patience = 0.0 if self._is_over else min(until, self._next_tick) - time.monotonic()
            ready = dict(self._waiting[pipe].poll(max(patience, 0.0) * 1000))
            if self._log in ready:
                self._read_log()
            if pipe in ready:
                return
            if self._is_over and not ready.get(self._log, 0) & select.POLLIN:
                raise EOFError  # the process ended, and all that it had written is read
            if self._end in ready:
                self._is_over = True
                self._forget(self._end)

    def _forget(self, pipe: int) -> None:
        for poll in self._waiting.values():
            poll.unregister(pipe)

    def _read_log(self) -> int:
        """Read a chunk of the log and return its size. Raises TooMuchOutput."""
        if self._log_is_closed:
            return 0
        try:
            chunk = os.read(self._log, CHUNK)
        except BlockingIOError:
            return 0
        if not chunk:
            self._log_is_closed = True
            self._forget(self._log)
        self._tail += chunk
        self.printed += len(chunk)
        if len(self._tail) > 2 * self._log_bytes:
            del self._tail[: -self._log_bytes]
        if self.printed > OUTPUT_LIMIT:
            raise TooMuchOutput
        return len(chunk)


def handle_of(process: Process) -> int:
    """A pidfd of the process, of ours also where it has ended; -1 where the system has none."""
    if known := getattr(process, "handle", None):
        return os.dup(known)
    return os.pidfd_open(process.pid) if hasattr(os, "pidfd_open") else -1


def clean(text: str) -> str:
    """Make foreign text fit to be shown: no control characters, half surrogates or folders of this machine."""
    for folder in (sys.prefix, sys.base_prefix, str(Path(__file__).parents[2])):
        if len(folder) > len("/usr/local"):
            text = text.replace(folder, "...")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char if char.isprintable() or char in "\n\t" else ascii(char)[1:-1] for char in text)


def _poll_of(*watched: tuple[int, int]) -> select.poll:
    poll = select.poll()
    for pipe, event in watched:
        poll.register(pipe, event)
    return poll


def _widen(pipe: int) -> None:
    try:
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    except OSError:
        return  # the user's share of pipe memory is spent: slower, not wrong
