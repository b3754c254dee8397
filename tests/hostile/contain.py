"""Runs one hostile method in a sandbox as an evaluator would, and writes down what came of it."""

import contextlib
import os
import secrets
import socket
import time
from pathlib import Path
from typing import TypedDict

import numpy as np

from papers.task import Limits
from runners.sandbox import Lender, MethodFailure, Sandbox, preload_for, shared
from runners.sandbox.owner import Owner, marked_processes

METHODS = Path(__file__).with_name("methods")
LIMITS = Limits(call_seconds=2, play_seconds=5, patience=1.0, memory_bytes=256 << 20, processes=24, frame_bytes=4 << 20)
CANARY = "CLAIMCHECK_CANARY"  # environment: a secret that no method may see
SOCKET = "\0claimcheck-hostile-canary"
HONEST = b"""
import os
class Method:
    def __init__(self, seed, device): pass
    def impute(self, x, categorical):
        import numpy as np
        print(sorted(os.listdir("/tmp") + os.listdir("/dev/shm") + os.listdir(os.path.dirname(__file__))))
        return np.nan_to_num(x)
"""
CLINGING = b"""
import os, time
class Method:
    def __init__(self, seed, device): pass
    def impute(self):
        if os.fork() == 0:
            os.setsid()
        time.sleep(1000)
"""


class Outcome(TypedDict):
    """What one hostile method did. `reason` is that of its failure, or "harmless"."""

    name: str
    reason: str
    message: str
    traceback: str
    log: str
    seconds: float  # of its calls, and from its last sign of life to everything dead
    left: int  # sandbox processes that are still there
    input_is_intact: bool
    honest_call_works: bool  # of the next method, in a fresh sandbox
    next_sees: str  # files that the next method finds


def contain(path: Path, *, lender: Lender | None = None) -> Outcome:
    """Play the method at `path`: two calls, as far as it comes.

    lender: whose zygotes its sandboxes are forked from, as those of all that were played before it.
    """
    with starter(lender, path) as start:
        outcome = played(path, start)
    outcome["left"] = left(kept=len(lender._kept) if lender else 0)
    return outcome


@contextlib.contextmanager
def starter(lender: Lender | None, path: Path):
    """A function that starts a sandbox which preloads what it is given."""
    if not lender:
        yield lambda preload: Sandbox.start(limits=LIMITS, device="cpu", preload=preload)
        return
    zygote = lender.lend((None, shared(preload_for(path.read_bytes()))), hash(path))
    try:
        yield lambda preload: Sandbox.forked(zygote.ask(LIMITS, preload))
    finally:
        lender.take_back(hash(path))


def left(*, kept: int) -> int:
    """How many of our processes are there besides so many zygotes, each with two for its wall and one for the next play's."""
    until = time.monotonic() + 2 * bool(kept)
    while (count := sum(owner == Owner.me() for owner in marked_processes().values()) - 3 * kept) != 0:
        if time.monotonic() > until:
            break
        time.sleep(0.02)  # walls are being built
    return count


def played(path: Path, start) -> Outcome:
    x = np.full((40, 5), 0.25, np.float32)
    x[::3, 2] = np.nan
    given = x.copy()
    failure = MethodFailure("answer", "")
    reason = "harmless"
    code = path.read_bytes()
    with start(preload_for(code)) as sandbox:
        try:
            sandbox.load(code, seed=7, calls=("impute",))
            for _ in range(2):
                sandbox.call("impute", x, [False] * 5)
                time.sleep(0.05)
        except MethodFailure as error:
            failure, reason = error, error.reason
        log = sandbox.log()
        begin = time.monotonic()
    seconds = sandbox.spent()["seconds"] + time.monotonic() - begin
    with start(()) as sandbox:
        sandbox.load(HONEST, seed=7, calls=("impute",))
        answer = sandbox.call("impute", given, [False] * 5)
        seen = sandbox.log()
    return {
        "name": path.stem,
        "reason": reason,
        "message": failure.message,
        "traceback": failure.traceback,
        "log": log,
        "seconds": seconds,
        "left": 0,
        "input_is_intact": bool(np.array_equal(x, given, equal_nan=True)),
        "honest_call_works": bool(np.array_equal(answer, np.nan_to_num(given))),
        "next_sees": seen,
    }


@contextlib.contextmanager
def bait(folder: Path):
    """Lay out what a method could steal: a file that everybody may read, a variable, a listening socket."""
    secret = f"canary-{secrets.token_hex(16)}"
    file = folder / "canary.txt"
    file.write_text(secret)
    file.chmod(0o644)
    os.environ[CANARY] = secret
    with socket.socket(socket.AF_UNIX) as service:
        for number in range(4):  # several of these may run at a time
            with contextlib.suppress(OSError):
                service.bind(f"{SOCKET}-{number}")
                break
        service.listen(100)
        yield secret
    del os.environ[CANARY]
    file.unlink()
