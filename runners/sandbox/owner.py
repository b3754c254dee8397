"""Whose sandbox is it? A mark names the owning process, so that what a killed owner left can be found and ended."""

import contextlib
import os
import signal
from dataclasses import dataclass
from pathlib import Path

PREFIX = "claimcheck-sandbox"


@dataclass(frozen=True)
class Owner:
    """A process: its pid, its start (pids are used again) and the pid namespace in which all this counts."""

    namespace: str
    pid: int
    started: int  # clock ticks after boot

    @classmethod
    def me(cls) -> "Owner":
        return cls(_namespace(), os.getpid(), _started(os.getpid()))

    @classmethod
    def parse(cls, mark: str) -> "Owner | None":
        """Read a mark; None where it is none."""
        prefix, _, rest = mark.partition(".")
        fields = rest.split(".")
        if prefix != PREFIX or len(fields) < 3 or not all(field.isdigit() for field in fields[:3]):
            return None
        return cls(fields[0], int(fields[1]), int(fields[2]))

    def mark(self, number: int) -> str:
        """A name for one sandbox of this owner: for process titles and cgroups."""
        return f"{PREFIX}.{self.namespace}.{self.pid}.{self.started}.{number}"

    @property
    def is_gone(self) -> bool:
        """True only where this owner can be judged from here and no longer runs."""
        return self.namespace == _namespace() and self.started != _started(self.pid)


def marked_processes() -> dict[int, Owner]:
    """The bubblewrap processes of every owner, by pid."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (owner := Owner.parse(_title(folder))):
            found[int(folder.name)] = owner
    return found


def end_marked(mark: str) -> None:
    """Kill the processes of one sandbox by its mark: where nothing better is known of them yet."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and _title(folder) == mark:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(folder.name), signal.SIGKILL)


def end_orphans() -> int:
    """Kill the sandboxes whose owner is gone and return how many processes that were.

    bubblewrap's own --die-with-parent has a gap in its first milliseconds. What slips through it waits for the go-byte
    and has run no foreign code; here it ends.
    """
    ended = 0
    for pid, owner in marked_processes().items():
        if owner.is_gone:
            with contextlib.suppress(ProcessLookupError, PermissionError):  # gone by itself, or another user's
                os.kill(pid, signal.SIGKILL)
                ended += 1
    return ended


def _namespace() -> str:
    return "".join(filter(str.isdigit, os.readlink("/proc/self/ns/pid")))


def _started(pid: int) -> int:
    """Start of a process in clock ticks after boot; -1 where there is none or it is dead already."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return -1
    return -1 if fields[0] in "ZX" else int(fields[19])


def _title(folder: Path) -> str:
    try:
        return (folder / "cmdline").read_bytes().split(b"\0", 1)[0].decode(errors="replace")
    except OSError:
        return ""
