"""What a sandbox uses, measured from outside: by its control group where it has one, else by adding up /proc."""

import os
import time
from pathlib import Path

from runners.sandbox.cgroup import Cgroup

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


class Meter:
    """CPU seconds and memory of the process tree below `root`, which counts too.

    Without a group the figures are those of the last `look`: what ends unseen between two looks is counted with its
    parent, but memory is only sampled.
    """

    INTERVAL = 0.05  # seconds between two looks that walk through /proc, where nothing is urgent

    def __init__(self, root: int, group: Cgroup | None) -> None:
        self._root = root
        self.base_bytes = 0  # of memory that is used and that the group doesn't count
        self._group = group
        self.cpu_seconds = 0.0
        self.peak_bytes = 0
        self.now_bytes = 0
        self.lap_bytes = 0  # peak since `reset_peak`, where the kernel can begin anew; else since the start
        self.looked = 0.0  # time.monotonic()
        self.is_peak_exact = group is not None and group.peak_bytes() is not None  # else what the looks happened to see
        self.is_cheap = group is not None and group.counts_all  # a look is two reads of a file, some microseconds

    def look(self) -> None:
        """Bring the figures up to date."""
        cpu = self._group.cpu_seconds() if self._group else None
        peak = self._group.peak_bytes() if self._group else None
        pids = tree(self._root) if cpu is None or peak is None else []
        self.now_bytes = sum(map(_memory, pids)) if peak is None else 0
        self.cpu_seconds = max(self.cpu_seconds, sum(map(_cpu_seconds, pids)) if cpu is None else cpu)
        self.lap_bytes = max(self.lap_bytes, self.now_bytes if peak is None else peak + self.base_bytes)
        self.peak_bytes = max(self.peak_bytes, self.lap_bytes)
        self.looked = time.monotonic()

    def reset_peak(self) -> None:
        """Let `lap_bytes` begin anew. Does nothing on kernels that can't forget a group's peak."""
        self.look()
        if self._group is None or self._group.reset_peak():
            self.lap_bytes = 0
            self.look()


def tree(root: int) -> list[int]:
    """A process and all its descendants that run now."""
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        found.append(pid)
        for thread in _listed(Path(f"/proc/{pid}/task")):
            todo += map(int, _read(thread / "children").split())
    return found


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _read(path: Path) -> str:
    """A file of /proc, empty where its process is gone."""
    try:
        return path.read_text()
    except OSError:
        return ""


def _cpu_seconds(pid: int) -> float:
    """Of the process and of the children it has waited for."""
    fields = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS


def _memory(pid: int) -> int:
    """Bytes of RAM, shared pages divided among those who share them where the kernel tells."""
    for line in _read(Path(f"/proc/{pid}/smaps_rollup")).splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) << 10
    fields = _read(Path(f"/proc/{pid}/statm")).split()
    return int(fields[1]) * PAGE if fields else 0
