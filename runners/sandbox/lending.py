"""Zygotes that outlive a run: whoever keeps them lends the way to one to each evaluator that asks.

What a zygote holds follows from a board's kit and listed modules alone, and nothing of a run ever comes into it. So the
next run with the same imports forks its plays from it as well. Its keeper outlives evaluators: see `runners.preloaded`.
"""

import json
import os
import socket
from dataclasses import dataclass, field
from typing import Any

from runners.sandbox.errors import SandboxError
from runners.sandbox.preload import shared
from runners.sandbox.zygote import Forker, Zygote

KEPT = 3  # zygotes at a time; one with torch takes 225 MB
RUNS = 100  # that are forked from one: they share a layout of addresses
ANSWER_SECONDS = 60.0
LENT = b"lent"
Kind = tuple[str | None, tuple[str, ...]]  # the kit and the modules


@dataclass
class Kept:
    zygote: Zygote
    runs: int = 0  # that it was lent to
    borrowers: set[int] = field(default_factory=set)

    @property
    def is_worn(self) -> bool:
        return self.runs >= RUNS or not self.zygote.is_alive


class Lender:
    """The keeper's end. A borrower is whatever number the keeper knows a run by."""

    def __init__(self) -> None:
        self._kept: dict[Kind, Kept] = {}  # the one that was lent last is the last

    def answer(self, line: socket.socket, borrower: int) -> bool:
        """Answer the request that waits in this line; False where nobody is at its other end."""
        try:
            asked = line.recv(1 << 16)
            if asked:
                self._answer(line, json.loads(asked), borrower)
        except OSError:  # killed in the middle of it
            return False
        return bool(asked)

    def _answer(self, line: socket.socket, asked: dict[str, Any], borrower: int) -> None:
        try:
            forker = self.lend((asked["kit"], tuple(asked["modules"])), borrower).forker
        except SandboxError as error:
            line.send(str(error).encode()[:1000])
        else:
            socket.send_fds(line, [LENT], [forker.control.fileno(), forker.parent])

    def lend(self, kind: Kind, borrower: int) -> Zygote:
        """Raises SandboxError where there is none to be had."""
        kept = self._kept.pop(kind, None)
        if kept and kept.is_worn and not kept.borrowers:
            kept.zygote.end()
            kept = None
        kept = kept or self._start(kind)
        self._kept[kind] = kept
        if kept.is_worn:
            raise SandboxError("what could be forked has served its time")
        if borrower not in kept.borrowers:
            kept.runs += 1
            kept.borrowers.add(borrower)
        return kept.zygote

    def _start(self, kind: Kind) -> Kept:
        """Another one, in the place of the one that was lent longest ago where there are enough."""
        if shared(kind[1], kind[0]) != kind[1]:
            raise SandboxError("a zygote imports what is listed and nothing else")
        if len(self._kept) >= KEPT:
            idle = next((other for other, kept in self._kept.items() if not kept.borrowers), None)
            if idle is None:
                raise SandboxError("as many zygotes as may be are in use")
            self._kept.pop(idle).zygote.end()
        return Kept(Zygote(kit=kind[0], modules=kind[1]))

    def take_back(self, borrower: int) -> None:
        """Its run is over. One that has served its time has its successor now, while nobody waits."""
        for kind, kept in list(self._kept.items()):
            kept.borrowers.discard(borrower)
            if kept.is_worn and not kept.borrowers:
                self._kept.pop(kind).zygote.end()
                try:
                    self._kept[kind] = self._start(kind)
                except SandboxError:
                    continue  # the next run will be told

    def end(self) -> None:
        """End all of them, with all that was forked from them."""
        while self._kept:
            self._kept.popitem()[1].zygote.end()

    def forget(self) -> None:
        """In a process that was forked from the keeper: they are not its own."""
        for kept in self._kept.values():
            kept.zygote.forget()


@dataclass
class Borrower:
    """An evaluator's end."""

    line: socket.socket

    def borrow(self, kit: str | None, modules: tuple[str, ...]) -> Forker:
        """The way to a zygote, for as long as this process lives. Raises SandboxError where there is none."""
        try:
            self.line.settimeout(ANSWER_SECONDS)
            self.line.send(json.dumps({"kit": kit, "modules": modules}).encode())
            told, fds, _, _ = socket.recv_fds(self.line, 2000, 2, socket.MSG_CMSG_CLOEXEC)
        except OSError as error:
            raise SandboxError(f"whoever keeps zygotes is gone: {error}") from None
        if told != LENT or len(fds) != 2:
            for fd in fds:
                os.close(fd)
            raise SandboxError(told.decode(errors="replace") or "whoever keeps zygotes is gone")
        return Forker(socket.socket(fileno=fds[0]), fds[1])
