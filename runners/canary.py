"""`python -m runners canary`: can this machine keep a method in, and with --gpu, does its GPU compute in a sandbox?

What a worker asks itself before it takes runs, for people who set one up and for the worker itself. Needs no broker.
"""

import argparse
import json
import sys
from dataclasses import asdict

from runners.sandbox import SandboxError, check_gpu, probe_isolation


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m runners canary", description=__doc__)
    parser.add_argument("--gpu", action="store_true", help="in the sandbox of a GPU, where it also computes")
    parser.add_argument("--json", action="store_true", help="one line for programs")
    options = parser.parse_args(words)
    result = answer("cuda" if options.gpu else "cpu")
    print(json.dumps(result) if options.json else "\n".join(f"{name}: {value}" for name, value in result.items()))
    sys.stdout.flush()
    return 0 if result["ok"] else 1


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
