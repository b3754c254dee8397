"""Control groups, version 1 and 2: the only limits on memory and CPU that hold for a whole tree of processes.

A sandbox gets a group of its own below the worker's group, so that what limits the worker goes on to limit the sandbox.
Version 2 allows no children beside processes; there the group is made beside the worker's, as systemd delegates it.
"""

import contextlib
import itertools
import os
import signal
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from runners.sandbox.owner import Owner

CPU_WEIGHT = 0.5  # of one sandbox, however many processes it has, beside 1 of an ordinary process or group
SETTING = "SANDBOX_CGROUP"  # environment: a delegated version 2 folder without processes of its own
REQUIRED = {"memory", "pids"}  # controllers; the others are used where they are
_numbers = itertools.count()


@dataclass(frozen=True)
class Cgroup:
    """The group of one sandbox. `folders` has one folder per controller in version 1, one for all in version 2."""

    folders: dict[str, Path]
    version: int
    _files: dict[str, int] = field(default_factory=dict)  # descriptors of what is read often, by name

    @classmethod
    def create(cls, *, memory_bytes: int, processes: int) -> "Cgroup | None":
        """Make a group with these limits; None where this machine lets us make none."""
        version, parents = writable_parents()
        if not parents:
            return None
        name = Owner.me().mark(next(_numbers))
        group = cls({controller: parent / name for controller, parent in parents.items()}, version)
        try:
            group._limit(memory_bytes, processes)
        except OSError:
            group.remove()
            return None
        return group

    def _limit(self, memory_bytes: int, processes: int) -> None:
        for folder in set(self.folders.values()):
            folder.mkdir()
        memory, pids, cpu = self.folders["memory"], self.folders["pids"], self.folders.get("cpu")
        (pids / "pids.max").write_text(str(processes))
        self.limit_memory(memory_bytes)
        if self.version == 2:
            _write_if_there(memory / "memory.swap.max", "0")
            _write_if_there(memory / "memory.oom.group", "1")
            _write_if_there(memory / "cpu.weight", str(int(100 * CPU_WEIGHT)))
        elif cpu:
            (cpu / "cpu.shares").write_text(str(int(1024 * CPU_WEIGHT)))

    def limit_memory(self, memory_bytes: int) -> None:
        """Set the limit, or lower it. Raises OSError where more is used already."""
        memory = self.folders["memory"]
        if self.version == 2:
            (memory / "memory.max").write_text(str(memory_bytes))
        else:
            (memory / "memory.limit_in_bytes").write_text(str(memory_bytes))
            _write_if_there(memory / "memory.memsw.limit_in_bytes", str(memory_bytes))

    def doors(self) -> list[int]:
        """Open the files into which a process writes 0 to enter the group. The caller closes them."""
        return [os.open(folder / "cgroup.procs", os.O_WRONLY | os.O_CLOEXEC) for folder in set(self.folders.values())]

    def take(self, pid: int) -> None:
        """Put a process into the group. Raises OSError."""
        for folder in set(self.folders.values()):
            (folder / "cgroup.procs").write_text(str(pid))

    @property
    def counts_all(self) -> bool:
        """Whether both CPU time and the peak of memory are to be had here."""
        return self.cpu_seconds() is not None and self.peak_bytes() is not None

    def cpu_seconds(self) -> float | None:
        """CPU time of all its processes, ended ones included; None where it isn't counted."""
        if "cpuacct" not in self.folders:
            return None
        if self.version == 2:
            return _entry(self._read("cpuacct", "cpu.stat"), "usage_usec") / 1e6
        return int(self._read("cpuacct", "cpuacct.usage")) / 1e9

    def peak_bytes(self) -> int | None:
        """Most memory used at once since the start or `reset_peak`; None where an old kernel doesn't count it."""
        try:
            return int(self._read("memory", self._peak_file))
        except FileNotFoundError:
            return None

    def now_bytes(self) -> int:
        """Memory used now."""
        return int(self._read("memory", "memory.current" if self.version == 2 else "memory.usage_in_bytes"))

    def reset_peak(self) -> bool:
        """Let the peak begin anew at what is used now; False where the kernel can't (version 2 before Linux 6.12)."""
        try:
            os.pwrite(self._open("memory", self._peak_file), b"0", 0)
        except OSError:
            return False
        return True

    @property
    def _peak_file(self) -> str:
        return "memory.peak" if self.version == 2 else "memory.max_usage_in_bytes"

    def _open(self, controller: str, name: str) -> int:
        """The descriptor of one of its files, kept: in version 2 a reset counts for whoever reads through the same one."""
        if name not in self._files:
            path = self.folders[controller] / name
            try:
                self._files[name] = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            except PermissionError:
                self._files[name] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        return self._files[name]

    def _read(self, controller: str, name: str) -> str:
        return os.pread(self._open(controller, name), 4096, 0).decode()

    def memory_kills(self) -> int:
        """How many processes the kernel ended because the group was out of memory."""
        name = "memory.events" if self.version == 2 else "memory.oom_control"
        return _entry((self.folders["memory"] / name).read_text(), "oom_kill")

    def process_ids(self) -> list[int]:
        return [int(line) for line in (self.folders["pids"] / "cgroup.procs").read_text().split()]

    def remove(self) -> None:
        """Kill what is left in the group and remove it. The kernel needs a moment after the last exit."""
        while self._files:
            os.close(self._files.popitem()[1])
        until = time.monotonic() + 2
        while any(folder.exists() for folder in self.folders.values()) and time.monotonic() < until:
            _empty(self.folders["pids"])
            for folder in set(self.folders.values()):
                with contextlib.suppress(OSError):
                    folder.rmdir()
            if any(folder.exists() for folder in self.folders.values()):
                time.sleep(0.005)


@cache
def writable_parents() -> tuple[int, dict[str, Path]]:
    """Where groups can be made: the version and, per controller, the parent folder. Empty where nowhere.

    Tried by making one, because permission bits say little about control groups.
    """
    for version, candidates in _candidates():
        parents = {name: parent for name, parent in candidates.items() if _can_make(parent, version)}
        if parents.keys() >= REQUIRED:
            return version, parents
    return 0, {}


def remove_orphans() -> int:
    """Remove the groups whose owner is gone; returns how many."""
    version, parents = writable_parents()
    left = set()
    for parent in parents.values():
        left |= {folder.name for folder in parent.iterdir() if (owner := Owner.parse(folder.name)) and owner.is_gone}
    for name in left:
        Cgroup({controller: parent / name for controller, parent in parents.items()}, version).remove()
    return len(left)


def _candidates() -> list[tuple[int, dict[str, Path]]]:
    if given := os.environ.get(SETTING):
        return [(2, _unified(Path(given)))]
    found: list[tuple[int, dict[str, Path]]] = []
    try:
        mine = own_groups(Path("/proc/self/cgroup").read_text(), Path("/proc/self/mountinfo").read_text())
    except OSError:
        return found
    if mine.keys() >= REQUIRED:
        found.append((1, {name: mine[name] for name in (*sorted(REQUIRED), "cpuacct", "cpu") if name in mine}))
    if "" in mine:
        found += [(2, _unified(folder)) for folder in (mine[""], mine[""].parent)]
    return found


def _unified(folder: Path) -> dict[str, Path]:
    return dict.fromkeys(("memory", "pids", "cpuacct", "cpu"), folder)


def own_groups(groups: str, mounts: str) -> dict[str, Path]:
    """This process's folders by version 1 controller, "" for version 2, from /proc/self/cgroup and mountinfo."""
    places: dict[str, tuple[str, str]] = {}  # controller: root of the mount within the hierarchy, mount point
    for line in mounts.splitlines():
        fields, _, tail = line.partition(" - ")
        kind, _, options = tail.split(" ", 2)
        root, point = fields.split()[3:5]
        for name in options.split(",") if kind == "cgroup" else [""] if kind == "cgroup2" else []:
            places[name] = (root, point)
    found = {}
    for line in groups.splitlines():
        _, names, path = line.split(":", 2)
        for name in names.split(","):
            if name in places:
                root, point = places[name]
                inside = os.path.relpath(path, root)
                found[name] = Path(point) if inside.startswith("..") else Path(point) / inside
    return found


def _can_make(parent: Path, version: int) -> bool:
    trial = parent / Owner.me().mark(next(_numbers))
    try:
        if version == 2:
            _delegate(parent)
        trial.mkdir()
    except OSError:
        return False
    try:
        os.close(os.open(trial / "cgroup.procs", os.O_WRONLY))
    except OSError:
        return False
    finally:
        trial.rmdir()
    return True


def _delegate(parent: Path) -> None:
    """Let groups be made below a folder of version 2. Raises OSError where a required controller can't be had."""
    control = parent / "cgroup.subtree_control"
    given = set(control.read_text().split())
    if not given >= REQUIRED:
        control.write_text(" ".join(f"+{name}" for name in sorted(REQUIRED)))
    if "cpu" not in given:
        with contextlib.suppress(OSError):
            control.write_text("+cpu")


def _write_if_there(path: Path, text: str) -> None:
    """Set what only some kernels have, such as swap accounting."""
    if path.exists():
        path.write_text(text)


def _entry(text: str, name: str) -> int:
    """The value of a line "name value"; 0 where there is none."""
    for line in text.splitlines():
        key, _, value = line.partition(" ")
        if key == name:
            return int(value)
    return 0


def _empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        for pid in (folder / "cgroup.procs").read_text().split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
