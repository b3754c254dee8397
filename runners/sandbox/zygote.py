"""Sandboxes that are forked instead of started: our end of `runners.inside.zygote`.

Within one wall of bubblewrap's a trusted process imports once what a run's code imports; each play gets walls of its own within
it, again bubblewrap's, and a fork of that process that joins them, gives up all rights, and only then receives code. Every other
layer is as in a sandbox that is started. A control group is needed: it alone counts and limits what is forked.
"""

import contextlib
import io
import json
import os
import select
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from functools import cache
from typing import Any, BinaryIO

from papers.task import Limits
from runners.sandbox import bubblewrap, process, seccomp
from runners.sandbox.bubblewrap import Box
from runners.sandbox.cgroup import Cgroup, writable_parents
from runners.sandbox.errors import SandboxError
from runners.sandbox.process import Inmate
from runners.sandbox.slots import Slot

START_SECONDS = 120.0  # for its imports and one fork
END_SECONDS = 0.2  # for process 1 to end after the others behind its walls
SPARED = 2  # processes of bubblewrap's that a started sandbox counts among its own, and a forked one does not
WALLS_FELL = -signal.SIGKILL
ROOTS_NUMBER = 0  # the outer wall's user, where root builds it


class Child:
    """A forked harness: what is used of a subprocess.Popen. `first` is process 1 behind its walls, both are pidfds."""

    def __init__(self, handle: int, first: int, teller: socket.socket, pipes: tuple[int, int, int]) -> None:
        self.handle, self._first, self._teller = handle, os.dup(first), teller
        self.stdin: io.FileIO | None = io.FileIO(pipes[0], "w")
        self.stdout: io.FileIO | None = io.FileIO(pipes[1], "r")
        self.stderr: io.FileIO | None = io.FileIO(pipes[2], "r")
        self.pid = pid_of(handle)
        self.returncode: int | None = None

    def kill(self) -> None:
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.handle, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, 128 + n for signal n; negative where it was not it that ended but what it was in.

        Raises subprocess.TimeoutExpired.
        """
        if self.returncode is None:
            if not select.select([self._teller], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("harness", timeout or 0.0)
            told = _receive(self._teller)[0]
            self.returncode = int(told) if told.isdigit() else WALLS_FELL
            if self.returncode == 128 + signal.SIGKILL and has_ended(self._first, END_SECONDS):
                self.returncode = WALLS_FELL  # nothing behind the walls can end process 1
            os.close(self.handle)
            os.close(self._first)
            self._teller.close()
        return self.returncode


@dataclass
class Asked:
    """A sandbox on its way: the fork waits to be let go."""

    limits: Limits
    slot: Slot | None
    teller: socket.socket
    pipes: tuple[int, int, int]
    parent: int  # the outer wall, as a pidfd: without it no word comes

    def inmate(self) -> Inmate:
        """Put the fork into its control group and let it go. Raises SandboxError."""
        told, handles = self._await()
        if told != b"forked" or len(handles) != 2:
            for handle in handles:
                os.close(handle)
            self.close()
            raise SandboxError(f"the sandbox was not forked: {told.decode(errors='replace')[:500] or 'no word'}")
        handle, first = handles
        child = Child(handle, first, self.teller, self.pipes)
        base = private_bytes(child.pid)
        group = Cgroup.create(memory_bytes=self.limits.memory_bytes, processes=self.limits.processes - SPARED)
        inmate = Inmate(child, child.pid, first, group, self.slot, None, base_bytes=base)
        try:
            if group is None:
                raise SandboxError("no control group can be made")
            group.take(child.pid)
            self.teller.send(b"g")
        except (SandboxError, OSError) as error:
            inmate.end()
            raise SandboxError(f"the sandbox was not let go: {error}") from None
        return inmate

    def _await(self) -> tuple[bytes, list[int]]:
        """What is told of the fork. Wakes up now and then: who watches us shall see that we live."""
        until = time.monotonic() + START_SECONDS
        ready: list[int] = []
        while not ready and time.monotonic() < until:
            ready = select.select([self.teller.fileno(), self.parent], [], [], 1.0)[0]
        return _receive(self.teller) if self.teller.fileno() in ready else (b"", [])

    def close(self) -> None:
        """It isn't wanted: what was forked ends by itself."""
        self.teller.close()
        for pipe in self.pipes:
            os.close(pipe)
        if self.slot:
            self.slot.close()


@dataclass(frozen=True)
class Forker:
    """The way to a process that is forked. Any number of evaluators may hold it: a request is one message, and each has
    its answers on a line of its own. `parent` is the outer wall, as a pidfd.
    """

    control: socket.socket
    parent: int

    def ask(self, limits: Limits, preload: tuple[str, ...]) -> Asked:
        """Ask for another sandbox, which ends with whoever asks. Raises SandboxError."""
        slot = Slot() if os.geteuid() == 0 else None
        settings = json.loads(process.settings_of(limits, False, preload))
        asked = {"uid": slot.uid if slot else None, "settings": settings}
        teller, told = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        inward, outward, log = os.pipe(), os.pipe(), os.pipe()
        asked_for = Asked(limits, slot, teller, (inward[1], outward[0], log[0]), self.parent)
        try:
            theirs = [told.fileno(), inward[0], outward[1], log[1]]
            socket.send_fds(self.control, [json.dumps(asked).encode()], theirs)
        except OSError as error:
            asked_for.close()
            raise SandboxError(f"what sandboxes are forked from is gone: {error}") from None
        finally:
            told.close()
            for fd in (inward[0], outward[1], log[1]):
                os.close(fd)
        return asked_for

    def close(self) -> None:
        """Nothing more will be asked here."""
        self.control.close()
        os.close(self.parent)


class Zygote:
    """The process that is forked. Start it from the main thread: it ends with the thread."""

    def __init__(self, *, kit: str | None, modules: tuple[str, ...]) -> None:
        """Returns before the modules are imported. Raises SandboxError."""
        process.require_main_thread()
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        uid = ROOTS_NUMBER if os.geteuid() == 0 else None
        command = [process.new_mark(), *bubblewrap.inner_command(uid)]
        with theirs, filter_file() as rules:
            settings = {"control": theirs.fileno(), "rules": rules.fileno(), "modules": modules, "bubblewrap": command}
            self._process, self._first = start_outer(Box(uid=uid, kit=kit), settings)
        self.forker = Forker(control, os.pidfd_open(self._process.pid))

    def ask(self, limits: Limits, preload: tuple[str, ...]) -> Asked:
        """Ask for another sandbox. Raises SandboxError."""
        return self.forker.ask(limits, preload)

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        """End it, and all that was forked from it. Any number of times."""
        if self.forker.control.fileno() < 0:
            return
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._first, signal.SIGKILL)
        has_ended(self._first, 2)
        self.forget()
        self._process.kill()
        self._process.wait()

    def forget(self) -> None:
        """Leave it to whoever else holds it: in a process that was forked from its owner."""
        self.forker.close()
        os.close(self._first)


def start_outer(box: Box, settings: dict[str, Any]) -> tuple[subprocess.Popen[bytes], int]:
    """The wall around a run, and process 1 within it as a pidfd. Raises SandboxError."""
    info, info_end = os.pipe()
    mark = process.new_mark()
    try:
        started = subprocess.Popen(
            [mark, *bubblewrap.outer_command(box, info_fd=info_end, settings=json.dumps(settings))],
            executable=bubblewrap.find_bubblewrap(),
            env={},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=(info_end, settings["control"], settings["rules"]),
            preexec_fn=process.die_with_parent(()),  # noqa: PLW1509
        )
    finally:
        os.close(info_end)
    _, first = process.first_of(started, info, mark)
    assert started.stderr
    started.stderr.close()  # what libraries warn of as they are imported is nobody's log
    return started, first


@cache
def why_not() -> str:
    """Why sandboxes can't be forked on this machine, "" where they can, as far as can be told before one is tried."""
    if not hasattr(os, "pidfd_open") or seccomp.this_machine() is None:
        return "this system or machine is unknown"
    if bubblewrap.find_bubblewrap() != bubblewrap.WITHIN:
        return f"bubblewrap is not {bubblewrap.WITHIN}, which is seen within its own walls"
    if bubblewrap.interpreter_in_tmp():
        return "the interpreter lies in /tmp, of which every play has its own"
    if "cpuacct" not in writable_parents()[1]:
        return "no control group can be made"
    group = Cgroup.create(memory_bytes=64 << 20, processes=8)
    try:
        return "" if group and group.counts_all else "control groups don't count all"
    finally:
        if group:
            group.remove()


def filter_file() -> BinaryIO:
    """The system call filter as a file."""
    machine = seccomp.this_machine()
    assert machine
    rules = os.fdopen(os.memfd_create("seccomp"), "w+b", buffering=0)
    rules.write(seccomp.program(machine, have_cgroup=True))
    return rules


def pid_of(handle: int) -> int:
    """The number, as we see it, of the process of a pidfd. Raises SandboxError where it has ended."""
    with open(f"/proc/self/fdinfo/{handle}") as file:
        pid = next(int(line.split()[1]) for line in file if line.startswith("Pid:"))
    if pid <= 0:
        raise SandboxError("the fork has ended")
    return pid


def private_bytes(pid: int) -> int:
    """What a fork shares with its parent when it begins, libraries in files apart: imports count as the method's memory."""
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) << 10 for line in file if line.startswith("RssAnon:"))


def has_ended(handle: int, seconds: float) -> bool:
    """Whether the process of a pidfd ends within this time."""
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def _receive(teller: socket.socket) -> tuple[bytes, list[int]]:
    """One message, empty where the other side is gone."""
    try:
        told, handles, _, _ = socket.recv_fds(teller, 2000, 2, socket.MSG_CMSG_CLOEXEC)
    except ConnectionResetError:
        return b"", []
    return told, list(handles)
