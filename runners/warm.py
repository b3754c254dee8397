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
from dataclasses import dataclass

from runners.job import ROOT, Evaluator, Job

IDLE_SECONDS = 300.0
UNKNOWN = -signal.SIGKILL  # how an evaluator ends whose parent was killed: with it


class Forked:
    """An evaluator that another process has forked: what is used of a subprocess.Popen."""

    def __init__(self, pid: int, handle: int, teller: socket.socket, events: int) -> None:
        self.pid, self._handle, self._teller = pid, handle, teller
        self.stdout = os.fdopen(events, "rb")
        self.returncode: int | None = None

    def kill(self) -> None:
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, as Popen tells it. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            if not select.select([self._teller], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("runners.evaluator", timeout or 0.0)
            self.returncode = int(_told(self._teller) or UNKNOWN)
            os.close(self._handle)
            self._teller.close()
        return self.returncode


@dataclass
class Warm:
    """Starts evaluators, warm where it can. One thread, the worker's main one, uses it."""

    idle_seconds: float = IDLE_SECONDS
    _server: subprocess.Popen[bytes] | None = None
    _control: socket.socket | None = None
    _surroundings: dict[str, str] | None = None

    def start(self, job: Job) -> Evaluator:
        """Start an evaluator; it dies with the thread that calls this. Read what it says with `job.events`.

        Always cold on a GPU: most of its start is the card's.
        """
        if job.device == "cpu" and hasattr(os, "pidfd_open"):
            for _ in range(2):  # one that was about to end, or was killed, has a successor
                try:
                    return self._fork(job)
                except (OSError, EOFError):
                    self.end()
        return job.start()

    def end(self) -> None:
        """End the process that forks; evaluators that it has forked end with it."""
        if self._control:
            self._control.close()
        if self._server:
            self._server.kill()
            self._server.wait()
        self._server = self._control = None

    def _fork(self, job: Job) -> Forked:
        """Raises OSError, EOFError where the process that forks is gone."""
        asked = json.dumps({"task": job.task, "isolates": job.mode == "sandbox" and not job.oracle}).encode()
        control = self._up(job.surroundings())
        with contextlib.ExitStack() as undo:
            teller, told = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            events, events_end = os.pipe()
            reader, writer = os.pipe()
            undo.callback(teller.close)
            undo.callback(os.close, events)
            with os.fdopen(writer, "wb") as stdin:
                try:
                    socket.send_fds(control, [asked], [told.fileno(), reader, events_end])
                finally:
                    told.close()
                    os.close(reader)
                    os.close(events_end)
                pid, handles, _, _ = socket.recv_fds(teller, 64, 1, socket.MSG_CMSG_CLOEXEC)
                if not handles:
                    raise EOFError
                undo.callback(os.close, handles[0])
                stdin.write(json.dumps(job.to_json()).encode())
            undo.pop_all()
        return Forked(int(pid), handles[0], teller, events)

    def _up(self, surroundings: dict[str, str]) -> socket.socket:
        """The way to the process that forks, started now if it doesn't run or runs in other surroundings."""
        if self._control and self._server and self._server.poll() is None and self._surroundings == surroundings:
            return self._control
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
        return control


def _told(teller: socket.socket) -> bytes:
    try:
        return teller.recv(64)
    except ConnectionResetError:
        return b""
