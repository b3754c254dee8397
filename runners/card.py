"""The GPU of a worker: the worker takes runs while it computes, and otherwise says why not and tries it again.

One worker per card. What is asked of the card is asked in a process of its own, so that a driver that hangs is a sentence.
"""

import contextlib
import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread

from kombu.exceptions import OperationalError

from runners import presence
from runners.job import ROOT, Evaluator
from runners.sandbox import SandboxError
from runners.sandbox.gpu import driver_environment, worker_gpu
from runners.sandbox.gpu_meter import ask_card

log = logging.getLogger(__name__)

CANARY = [sys.executable, "-m", "runners", "canary", "--gpu", "--json"]
CANARY_SECONDS = 300  # torch from a cold disk, a driver that loads
AGAIN = 60.0  # seconds between two tries of a card that failed


@dataclass
class Card:
    """The GPU of this worker as it stands; `trouble` says why it takes no runs, "" where it does."""

    worker: str
    stop_taking: Callable[[], object]
    go_on_taking: Callable[[], object]
    trouble: str = ""
    _held: list[socket.socket] = field(default_factory=list)
    _ended: Event = field(default_factory=Event)

    def take(self) -> None:
        """Take the card for this worker and try it; where there is trouble, the worker must begin without its queue."""
        try:
            self._held.append(reserve(worker_gpu().uuid))
            self.trouble = canary()
        except SandboxError as error:
            self.trouble = str(error)
        if self.trouble:
            log.error("no runs are taken: %s", self.trouble)
        Thread(target=self._watch, daemon=True, name="card").start()

    def leave(self) -> None:
        self._ended.set()

    def look(self) -> None:
        """Retire after a run that lost the card, and come back when it computes and nobody holds any of it."""
        if not self.trouble:
            if reason := presence.retirement(self.worker):
                log.error("no more runs are taken: %s", reason)
                self.stop_taking()
                self.trouble = reason
        elif self._held:
            self.trouble = left_behind() or canary() or self._come_back()

    def _come_back(self) -> str:
        """ "" once the queue is taken from again: before, there is no word that it is."""
        self.go_on_taking()
        log.warning("the GPU computes again")
        presence.retire(self.worker, "")
        return ""

    def _watch(self) -> None:
        while not self._ended.wait(AGAIN if self.trouble else presence.INTERVAL):
            try:
                self.look()
            except OperationalError:  # nothing was said to the queue, and nothing has changed: look again
                log.warning("the broker is away: the card is looked at later")


def reserve(uuid: str) -> socket.socket:
    """Hold a card for this process, as long as it lives. Raises SandboxError where another worker has it."""
    held = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        held.bind(f"\0claimcheck-gpu-{uuid}")
    except OSError:
        held.close()
        raise SandboxError(
            f"another worker of this machine has {uuid}: name another card by CUDA_VISIBLE_DEVICES"
        ) from None
    return held


def canary() -> str:
    """What keeps the card from computing in a sandbox, or "". Some ten seconds; never longer than CANARY_SECONDS."""
    process = subprocess.Popen(
        CANARY, cwd=ROOT, env={**os.environ, **driver_environment()}, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    assert process.stdout
    try:
        said = json.loads(process.communicate(timeout=CANARY_SECONDS)[0])
        return "" if said["ok"] else str(said["reason"])
    except subprocess.TimeoutExpired:
        abandon(process)
        return f"the GPU's self-test did not end within {CANARY_SECONDS} s"
    except (ValueError, KeyError):
        return f"the GPU's self-test ended with status {process.returncode} and said nothing"
    finally:
        process.stdout.close()


def abandon(process: Evaluator, seconds: float = 5) -> bool:
    """Kill a process, and wait only so long: one that hangs in the driver can't be ended. Returns whether it ended."""
    process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    if process.returncode is None:
        log.error("process %s hangs in the kernel and is left alone", process.pid)
    return process.returncode is not None


def left_behind() -> str:
    """Who holds memory of the card though no run is under way, or ""."""
    try:
        holding = ask_card(worker_gpu().uuid)
    except SandboxError as error:
        return str(error)
    pids = ", ".join(str(pid) for pid, _ in holding.by_process)
    return f"{holding.used_bytes >> 20} MiB of the GPU are held, by process {pids}" if pids else ""
