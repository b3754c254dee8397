"""The self-test of a worker: can this machine keep a method in? It tries to break out before anybody else does."""

import os
import platform
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from papers.task import Limits
from runners.sandbox.cgroup import remove_orphans, writable_parents
from runners.sandbox.errors import MethodFailure, SandboxError
from runners.sandbox.gpu import ask_driver, make_nodes, worker_gpu
from runners.sandbox.owner import end_orphans
from runners.sandbox.sandbox import Sandbox
from runners.sandbox.zygote import Zygote, why_not

CANARY = Path(__file__).with_name("canary.py")
VARIABLE = "SANDBOX_CANARY"
NAMESPACES = ("pid", "net", "ipc", "mnt", "uts")
LIMITS = Limits(call_seconds=20, play_seconds=40, memory_bytes=600 << 20, processes=32)
GPU_LIMITS = Limits(call_seconds=120, play_seconds=240, memory_bytes=6 << 30, processes=64)  # a cold disk, a cold card
REMEDY = (
    "Install bubblewrap 0.8 or newer and allow its namespaces: as root `sysctl user.max_user_namespaces=15000` and, "
    "where they exist, `sysctl kernel.unprivileged_userns_clone=1` and "
    "`sysctl kernel.apparmor_restrict_unprivileged_userns=0` (or an AppArmor profile for bwrap); or start the worker "
    "as root; in Docker, `--security-opt seccomp=unconfined --security-opt systempaths=unconfined "
    "--cap-add SYS_ADMIN`. "
    "See runners/sandbox/README.md."
)


@dataclass(frozen=True)
class Isolation:
    """How well this machine keeps methods in. Only house methods may run where `ok` is False."""

    level: str  # "bubblewrap+seccomp+landlock+cgroup", ..., "none"
    ok: bool
    reason: str  # why not, or what the level lacks; "" for everything
    remedy: str


def sweep() -> int:
    """End the sandboxes whose evaluator is gone, remove their control groups; return how many processes were left."""
    ended = end_orphans()
    remove_orphans()
    return ended


@cache
def probe_isolation(device: str = "cpu") -> Isolation:
    """Clear away what earlier workers left, try to break out, and say what held. Once per process, some 0.5 s.

    For "cuda" by the recipe of a GPU's sandboxes, in which nothing but a control group limits memory.
    """
    if platform.system() != "Linux":
        return Isolation("none", False, f"Isolation needs Linux; this is {platform.system()}.", REMEDY)
    try:
        sweep()
        attempts, landlock = _attempt(device)
    except (SandboxError, MethodFailure, OSError) as error:
        return Isolation("none", False, f"No sandbox can be made here: {error}", REMEDY)
    through = [name for name, outcome in attempts.items() if not outcome.startswith("refused")]
    if through:
        return Isolation("none", False, f"The sandbox doesn't hold: inside it one can {', '.join(through)}.", REMEDY)
    version, _ = writable_parents()
    layers = {"bubblewrap": True, "seccomp": True, "landlock": landlock > 0, "cgroup": version > 0}
    lacking = [name for name, is_there in layers.items() if not is_there]
    level = "+".join(name for name, is_there in layers.items() if is_there)
    remedy = "Delegate a control group: see runners/sandbox/README.md." if "cgroup" in lacking else ""
    if device == "cuda" and version == 0:
        return Isolation(level, False, "Without a control group nothing limits memory on a GPU.", remedy)
    reason = f"Holds, but without {' and '.join(lacking)}." if lacking else ""
    return Isolation(level, True, reason, remedy)


@cache
def why_no_forks() -> str:
    """Why sandboxes are started and not forked, "" where forking them holds: the same attempts to break out. Once, .5 s."""
    try:
        if reason := why_not():
            return reason
        zygote = Zygote(kit=None, modules=())
        try:
            attempts, _ = _attempt("cpu", lambda: Sandbox.forked(zygote.ask(LIMITS, ())))
        finally:
            zygote.end()
    except (SandboxError, MethodFailure, OSError) as error:
        return f"no sandbox can be forked here: {error}"
    return ", ".join(name for name, outcome in attempts.items() if not outcome.startswith("refused"))


def check_gpu() -> dict[str, str]:
    """Let the canary compute on this worker's GPU, in a sandbox, and return what it says of itself and of the driver.

    Raises SandboxError: whatever goes wrong is this machine's fault, since the code is ours. Some seconds.
    """
    driver, gpu = ask_driver(), worker_gpu()
    make_nodes(gpu)
    began = time.monotonic()
    with Sandbox.start(limits=GPU_LIMITS, device="cuda", preload=("torch",)) as sandbox:
        try:
            sandbox.load(CANARY.read_bytes(), seed=0, calls=("compute",))
            seconds = time.monotonic() - began
            facts = sandbox.call("compute")
        except MethodFailure as failure:
            raise SandboxError(f"{gpu.name} doesn't compute in a sandbox: {failure.message}") from None
    if not isinstance(facts, dict):
        raise SandboxError("the GPU's self-test answered nonsense")
    return {"driver": driver.version, "newest_cuda": driver.cuda, "seconds_to_start": f"{seconds:.2f}", **facts}


def _attempt(device: str, start: Callable[[], Sandbox] | None = None) -> tuple[dict[str, str], int]:
    """Let the canary try everything; the outcomes and the Landlock version."""
    secret = secrets.token_hex(16)
    outside = {name: os.readlink(f"/proc/self/ns/{name}") for name in NAMESPACES}
    os.environ[VARIABLE] = secret
    try:
        with start() if start else Sandbox.start(limits=LIMITS, device=device, preload=()) as sandbox:
            sandbox.load(CANARY.read_bytes(), seed=0, calls=("attempt",))
            outcomes = sandbox.call("attempt", str(CANARY), secret, outside, LIMITS.processes)
            if not isinstance(outcomes, dict) or not all(isinstance(outcome, str) for outcome in outcomes.values()):
                raise SandboxError("the self-test answered nonsense")
            return outcomes, sandbox.landlock
    finally:
        del os.environ[VARIABLE]
