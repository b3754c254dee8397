"""Starts the site's processes, keeps them up, and leaves nothing behind.

Every child asks the kernel to be killed when its parent dies, so even kill -9 of the supervisor ends them all.
"""

import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

WEB_READY = "takes requests"  # what a web process says when it does
GAVE_UP = 78  # with which a process ends that there is no use in starting again
PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
MAX_RESTARTS = 5  # within CALM seconds; after that the cause needs a person
CALM = 120.0
GRACE = 8.0  # seconds between asking a process to stop and killing its group

libc = ctypes.CDLL(None)


@dataclass
class Service:
    """One process. `when_orphaned` is the signal that the kernel sends it when the supervisor dies.

    voices: what its own children are called. Each of these has a pipe to speak by, which the process is told of as NAME=FD.
    """

    name: str
    command: Sequence[str]
    env: dict[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    when_orphaned: signal.Signals = signal.SIGTERM
    sockets: Sequence[socket.socket] = ()  # it inherits them; kept here, so that its successors do too
    voices: Sequence[str] = ()
    process: Any = None  # a subprocess.Popen, or what answers as one
    restarts: deque[float] = field(default_factory=deque)
    restart_at: float = 0.0
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=15))
    pipes: dict[str, int] = field(default_factory=dict)  # voice -> the end that is written to; they outlive a process

    def start(self) -> None:
        """Start the process, from the main thread only: the kernel ties a child to the thread that forked it."""
        parent = os.getpid()
        for voice in self.voices:
            if voice not in self.pipes:
                self.pipes[voice] = self._listen(voice)
        self.process = subprocess.Popen(
            [*self.command, *(f"{voice}={number}" for voice, number in self.pipes.items())],
            env={**os.environ, **self.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[*(each.fileno() for each in self.sockets), *self.pipes.values()],
            preexec_fn=lambda: tie_to(parent, self.when_orphaned),  # noqa: PLW1509  # prctl takes no lock
            start_new_session=True,
        )
        threading.Thread(target=self._relay, args=(self.name, self.process.stdout), daemon=True).start()

    def _listen(self, voice: str) -> int:
        reading, writing = os.pipe()
        threading.Thread(target=self._relay, args=(voice, os.fdopen(reading, "rb")), daemon=True).start()
        return writing

    def _relay(self, name: str, stream: BinaryIO) -> None:
        with stream as lines:
            for line in lines:
                text = line.decode(errors="replace").rstrip()
                self.tail.append(text)
                say(name, text)

    @property
    def is_up(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        if self.process and self.is_up:
            self.process.send_signal(self.stop_signal)

    def end(self, deadline: float) -> None:
        """Wait for the process until the deadline, then kill what is left of its session."""
        if not self.process:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            say("supervisor", f"{self.name} did not stop in time: killed")
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def tie_to(parent: int, orphaned: signal.Signals) -> None:
    """Have the kernel send this process a signal when its parent dies; end it where that has happened already."""
    if sys.platform == "linux":
        libc.prctl(PR_SET_PDEATHSIG, int(orphaned))
        if os.getppid() != parent:
            os._exit(1)


def name_process(name: str) -> None:
    """As lists of processes show it."""
    if sys.platform == "linux":
        libc.prctl(PR_SET_NAME, name.encode()[:15])


class GaveUp(Exception):
    """A service kept dying."""


def say(name: str, text: str) -> None:
    """Pass a line on with its speaker's name; where logs are JSON, so is what isn't yet."""
    if os.environ.get("LOG_FORMAT") != "json":
        text = f"{name:>10} | {text}"
    elif not text.startswith("{"):
        time_now = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
        text = json.dumps({"time": time_now, "level": "INFO", "logger": name, "message": text})
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def keep_up(services: Sequence[Service]) -> None:
    """Restart what dies, with growing pauses. Returns never; raises GaveUp, or KeyboardInterrupt on a signal."""
    while True:
        for service in services:
            if not service.is_up:
                revive(service, time.monotonic())
        time.sleep(0.2)


def revive(service: Service, now: float) -> None:
    """Schedule the restart of a dead service, or do it when its time has come."""
    if not service.restart_at:
        while service.restarts and service.restarts[0] < now - CALM:
            service.restarts.popleft()
        code = service.process.returncode if service.process else None
        if len(service.restarts) >= MAX_RESTARTS or code == GAVE_UP:
            raise GaveUp(
                f"{service.name} ended {len(service.restarts) + 1} times, last with status {code}:\n"
                + "\n".join(service.tail)
            )
        pause = 0.5 * 2 ** len(service.restarts)
        service.restart_at = now + pause
        say("supervisor", f"{service.name} ended with status {code}; again in {pause:g} s")
    elif now >= service.restart_at:
        service.restart_at = 0.0
        service.restarts.append(now)
        service.start()


def stop(services: Sequence[Service]) -> None:
    """Stop all services; the broker, which starts first, outlives the others so that they can say goodbye."""
    brokers = [service for service in services if service.name == "valkey"]
    clients = [service for service in services if service.name != "valkey"]
    for group in (clients, brokers):
        deadline = time.monotonic() + GRACE
        for service in group:
            service.ask_to_stop()
        for service in group:
            service.end(deadline)
