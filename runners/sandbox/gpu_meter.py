"""What a sandbox holds of its GPU, asked of the driver from outside."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pynvml

from runners.sandbox.errors import SandboxError
from runners.sandbox.gpu import Gpu
from runners.sandbox.usage import tree


@dataclass(frozen=True)
class Holding:
    """What is held of a card: `used_bytes` in all, and by process where the driver tells (None: it doesn't know)."""

    used_bytes: int
    by_process: tuple[tuple[int, int | None], ...]


class GpuMeter:
    """Memory that the processes below `root` hold of a card. Figures are None where they can't be told from others'."""

    def __init__(self, gpu: Gpu, root: int) -> None:
        self._gpu, self._root = gpu, root
        self._before: Holding | None = None
        self._at_first: int | None = None
        self.peak_bytes: int | None = None

    def begin(self) -> None:
        """Take note of what is there before any foreign code runs: other processes, and its own empty context."""
        self._before = self._ask()
        self.look()
        self._at_first = self.peak_bytes

    def look(self) -> None:
        now = self._ask()
        if now and self._before:
            self.peak_bytes = largest(self.peak_bytes, held_by(now, self._before, tree(self._root)))

    @property
    def is_idle(self) -> bool:
        """Whether it is known that nothing was put on the card since `begin`."""
        return self.peak_bytes is not None and self.peak_bytes == self._at_first

    def _ask(self) -> Holding | None:
        try:
            return ask_card(self._gpu.uuid)
        except SandboxError:
            return None  # a driver that doesn't answer is no reason to end a run


def ask_card(uuid: str) -> Holding:
    """Raises SandboxError where the driver doesn't answer."""
    try:
        device = _handle(uuid)
        rows = pynvml.nvmlDeviceGetComputeRunningProcesses(device)
        used = pynvml.nvmlDeviceGetMemoryInfo(device).used
    except pynvml.NVMLError as error:
        raise SandboxError(f"the GPU's driver doesn't answer: {error}") from error
    return Holding(used, tuple((row.pid, row.usedGpuMemory) for row in rows))


@cache
def _handle(uuid: str) -> Any:
    pynvml.nvmlInit()
    return pynvml.nvmlDeviceGetHandleByUUID(uuid)


def held_by(now: Holding, before: Holding, pids: Collection[int]) -> int | None:
    """Bytes that these processes hold: by their numbers where the driver's are ours, else what the card has more than before.

    None where neither can be said: numbers of another name space, and other processes that came or went meanwhile.
    """
    mine = [size for pid, size in now.by_process if pid in pids]
    if None not in mine and (mine or all(Path(f"/proc/{pid}").exists() for pid, _ in now.by_process)):
        return sum(size for size in mine if size is not None)
    if len(now.by_process) == len(before.by_process):
        return max(now.used_bytes - before.used_bytes, 0)
    return None


def largest(*values: int | None) -> int | None:
    """The largest of those that were measured; None where none was."""
    return max((value for value in values if value is not None), default=None)
