"""`claimcheck canary`: can this machine keep a method in, and with --gpu, does its GPU compute in a sandbox?

What a worker asks itself before it takes runs, for people who set one up and for the worker itself. Needs no broker.
"""

from dataclasses import asdict

from runners.sandbox import SandboxError, check_gpu, probe_isolation


def answer(device: str) -> dict[str, object]:
    """What the self-test says: `ok` and `reason` about everything, then the isolation, and of a GPU its facts."""
    facts: dict[str, str] = {}
    trouble = ""
    if device == "cuda":
        try:
            facts = check_gpu()
        except (SandboxError, OSError) as error:
            trouble = str(error)
    isolation = probe_isolation(device if not trouble else "cpu")
    told = {
        f"isolation_{name}" if name in ("ok", "reason") else name: value for name, value in asdict(isolation).items()
    }
    return {"ok": isolation.ok and not trouble, "reason": trouble or isolation.reason, **told, **facts}
