"""The self-test of a worker: can this machine keep a method in? It tries to break out before anybody else does."""

import os
import platform
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from papers.task import Limits
from runners.sandbox.cgroup import remove_orphans, writable_parents
from runners.sandbox.errors import MethodFailure, SandboxError
from runners.sandbox.owner import end_orphans
from runners.sandbox.sandbox import Sandbox

CANARY = Path(__file__).with_name("canary.py")
VARIABLE = "SANDBOX_CANARY"
NAMESPACES = ("pid", "net", "ipc", "mnt", "uts")
LIMITS = Limits(call_seconds=20, play_seconds=40, memory_bytes=600 << 20, processes=32)
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
def probe_isolation() -> Isolation:
    """Clear away what earlier workers left, try to break out, and say what held. Once per process, some 0.5 s."""
    if platform.system() != "Linux":
        return Isolation("none", False, f"Isolation needs Linux; this is {platform.system()}.", REMEDY)
    try:
        sweep()
        attempts, landlock = _attempt()
    except (SandboxError, MethodFailure, OSError) as error:
        return Isolation("none", False, f"No sandbox can be made here: {error}", REMEDY)
    through = [name for name, outcome in attempts.items() if not outcome.startswith("refused")]
    if through:
        return Isolation("none", False, f"The sandbox doesn't hold: inside it one can {', '.join(through)}.", REMEDY)
    version, _ = writable_parents()
    layers = {"bubblewrap": True, "seccomp": True, "landlock": landlock > 0, "cgroup": version > 0}
    lacking = [name for name, is_there in layers.items() if not is_there]
    level = "+".join(name for name, is_there in layers.items() if is_there)
    reason = f"Holds, but without {' and '.join(lacking)}." if lacking else ""
    remedy = "Delegate a control group: see runners/sandbox/README.md." if "cgroup" in lacking else ""
    return Isolation(level, True, reason, remedy)


def _attempt() -> tuple[dict[str, str], int]:
    """Let the canary try everything; the outcomes and the Landlock version."""
    secret = secrets.token_hex(16)
    outside = {name: os.readlink(f"/proc/self/ns/{name}") for name in NAMESPACES}
    os.environ[VARIABLE] = secret
    try:
        with Sandbox.start(limits=LIMITS, device="cpu", preload=()) as sandbox:
            sandbox.load(CANARY.read_bytes(), seed=0, calls=("attempt",))
            outcomes = sandbox.call("attempt", str(CANARY), secret, outside, LIMITS.processes)
            if not isinstance(outcomes, dict) or not all(isinstance(outcome, str) for outcome in outcomes.values()):
                raise SandboxError("the self-test answered nonsense")
            return outcomes, sandbox.landlock
    finally:
        del os.environ[VARIABLE]
