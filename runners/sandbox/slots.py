"""User numbers for sandboxes that root starts: each one running at a time has its own.

A number is reserved by a socket in Linux's abstract name space: it is free again when its owner ends, however it ends.
"""

import errno
import socket
from pathlib import Path

from runners.sandbox.errors import SandboxError

NUMBERS = range(60_300, 60_556)  # free by Debian's policy, and inside the 65,536 that a container usually has


class Slot:
    """A reserved user number; `close` gives it back."""

    def __init__(self) -> None:
        used = used_numbers()
        for number in NUMBERS:
            if number not in used and (held := _reserve(number)):
                self.uid = number
                self._held = held
                return
        raise SandboxError(f"none of the user numbers {NUMBERS.start} to {NUMBERS.stop - 1} is free")

    def close(self) -> None:
        self._held.close()


def used_numbers() -> set[int]:
    """The user numbers of all running processes: what still runs must not share a number with a new sandbox."""
    used = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                used.add(folder.stat().st_uid)
            except (FileNotFoundError, ProcessLookupError):
                continue  # ended meanwhile
    return used


def _reserve(number: int) -> socket.socket | None:
    held = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        held.bind(f"\0claimcheck-sandbox-uid-{number}")
    except OSError as error:
        held.close()
        if error.errno == errno.EADDRINUSE:
            return None
        raise
    return held
