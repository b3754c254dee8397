"""Evaluators from a warm start: the worker's end of `runners.preloaded`. Imports nothing heavy.

Each worker process keeps a process of its own that forks, tied to its life as an evaluator is; it ends when nothing was
asked of it for some minutes. Where it can't be had, for whatever reason, the evaluator is started cold.
"""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass

from runners.job import ROOT, Evaluator, Job

IDLE_SECONDS = 300.0
KILL_SECONDS = 5.0  # to wait for a fork that is to be killed
UNKNOWN = -signal.SIGKILL  # how an evaluator ends whose parent was killed: with it


class Forked:
    """An evaluator that another process forks as soon as it can: what is used of a subprocess.Popen."""

    def __init__(self, parent: subprocess.Popen[bytes], teller: socket.socket, events: int) -> None:
        self._parent, self._teller = parent, teller
        self._pid, self._handle = 0, -1
        self.stdout = os.fdopen(events, "rb")
        self.returncode: int | None = None

    @property
    def pid(self) -> int:
        """Its number; until it is forked that of the process that is about to."""
        return self._pid if self._is_forked(0.0) else self._parent.pid

    def kill(self) -> None:
        if self.returncode is None and self._is_forked(KILL_SECONDS):
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
        elif self.returncode is None:
            self._parent.kill()

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, as Popen tells it. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            begin = time.monotonic()
            self._is_forked(timeout)
            left = None if timeout is None else max(begin + timeout - time.monotonic(), 0.0)
            if self.returncode is None and not select.select([self._teller], [], [], left)[0]:
                raise subprocess.TimeoutExpired("runners.evaluator", timeout or 0.0)
            self._end(int(self._receive()[0] or UNKNOWN) if self.returncode is None else self.returncode)
        assert self.returncode is not None
        return self.returncode

    def _is_forked(self, timeout: float | None) -> bool:
        """Take notice of its number, should it come within this time."""
        if not self._pid and self.returncode is None and select.select([self._teller], [], [], timeout)[0]:
            told, handles = self._receive()
            if handles:
                self._pid, self._handle = int(told), handles[0]
            else:
                self._end(UNKNOWN)
        return bool(self._pid)

    def _receive(self) -> tuple[bytes, list[int]]:
        """A number with a pidfd, or an exit status; nothing where the process that forks is gone."""
        try:
            told, handles, _, _ = socket.recv_fds(self._teller, 64, 1, socket.MSG_CMSG_CLOEXEC)
        except ConnectionResetError:
            return b"", []
        return told, list(handles)

    def _end(self, status: int) -> None:
        self.returncode = status
        self._teller.close()
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


@dataclass
class Warm:
    """Starts evaluators, warm where it can. One thread, the worker's main one, uses it."""

    idle_seconds: float = IDLE_SECONDS
    _server: subprocess.Popen[bytes] | None = None
    _control: socket.socket | None = None
    _surroundings: dict[str, str] | None = None
    _is_cold: bool = False

    def start(self, job: Job) -> Evaluator:
        """Start an evaluator; it dies with the thread that calls this. Read what it says with `job.events`.

        Returns at once: where nothing is warm yet, it is forked when all is imported. Always cold on a GPU: most of its
        start is the card's.
        """
        if job.device == "cpu" and hasattr(os, "pidfd_open") and not self._can_not():
            for _ in range(2):  # one that has ended, or was killed, has a successor
                try:
                    return self._fork(job)
                except OSError:
                    self.end()
        return job.start()

    def _can_not(self) -> bool:
        """Whether the process that forks has ended because it can't."""
        self._is_cold = self._is_cold or bool(self._server and (self._server.poll() or 0) > 0)
        return self._is_cold

    def end(self) -> None:
        """End the process that forks; evaluators that it has forked end with it."""
        if self._control:
            self._control.close()
        if self._server:
            self._server.kill()
            self._server.wait()
        self._server = self._control = None

    def _fork(self, job: Job) -> Forked:
        """Raises OSError where the process that forks is gone."""
        asked = json.dumps({"task": job.task, "isolates": job.mode == "sandbox" and not job.oracle}).encode()
        server, control = self._up(job.surroundings())
        teller, told = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        events, events_end = os.pipe()
        with os.fdopen(os.memfd_create("job"), "wb") as file, told:
            file.write(json.dumps(job.to_json()).encode())
            file.flush()
            file.seek(0)
            try:
                socket.send_fds(control, [asked], [told.fileno(), file.fileno(), events_end])
            except OSError:
                teller.close()
                os.close(events)
                raise
            finally:
                os.close(events_end)
        return Forked(server, teller, events)

    def _up(self, surroundings: dict[str, str]) -> tuple[subprocess.Popen[bytes], socket.socket]:
        """The way to the process that forks, started now if it doesn't run or runs in other surroundings."""
        if self._control and self._server and self._server.poll() is None and self._surroundings == surroundings:
            return self._server, self._control
        self.end()
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            words = [str(os.getpid()), str(theirs.fileno()), str(self.idle_seconds)]
            self._server = subprocess.Popen(
                [sys.executable, "-m", "runners.preloaded", *words],
                cwd=ROOT,
                env=surroundings,
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
            )
        self._control, self._surroundings = control, surroundings
        return self._server, control
