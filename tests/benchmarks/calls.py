"""A call through the sandbox: CPU-microseconds of the evaluator and of the method, and a corpus in one call.

    python -m tests.benchmarks.calls [--baseline FOLDER] [--rounds 5]

With another checkout as the baseline both are measured in turn, each in a process of its own, and their ratio is that
of the medians' pairs. Part of `make bench`.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

from tests.site import ROOT

CALLS = 1000
METHOD = """
class Method:
    def __init__(self, seed, device):
        pass

    def nothing(self):
        return None

    def same(self, *given):
        return list(given) if len(given) > 1 else given[0]
"""
# Runs in either checkout, so it uses what both have.
PLAYER = """
import json, resource, sys, time
import numpy as np
from papers.task import Limits
from runners.sandbox import Sandbox

try:
    from runners.sandbox import Ledger
    more = {"optional": (), "ledger": Ledger()}
except ImportError:
    more = {}
method, calls = sys.argv[1], int(sys.argv[2])
limits = Limits(call_seconds=600, play_seconds=600, memory_bytes=2 << 30)
rng = np.random.default_rng(0)
rows = {f"{n:3} rows of 8": [rng.normal(size=(n, 8)).astype(np.float32)] for n in (1, 16, 256)}
six = [rng.normal(size=(4, 8)), np.arange(4), np.arange(4) > 1, rng.normal(size=4), np.zeros((4, 2, 2)), np.zeros(4)]
cases = {"nothing": [], **rows, "six small arrays": six}
told = {}
with Sandbox.start(limits=limits, device="cpu", preload=()) as sandbox:
    sandbox.load(method.encode(), seed=1, calls=("nothing", "same"), **more)
    for name, arrays in cases.items():
        call = "same" if arrays else "nothing"
        for _ in range(200):
            sandbox.call(call, *arrays)
        ours, theirs = time.process_time(), sandbox.spent()["cpu_seconds"]
        for _ in range(calls):
            sandbox.call(call, *arrays)
        ours = time.process_time() - ours
        theirs = sandbox.spent()["cpu_seconds"] - theirs
        told[name] = [1e6 * ours / calls, 1e6 * theirs / calls]
print(json.dumps(told))
"""
CORPUS = """
import json, time
import numpy as np
from papers.task import Limits
from runners.sandbox import Ledger, Sandbox

words = [f"word{i}" for i in range(217_121)]
ends = np.sort(np.random.default_rng(0).integers(0, len(words) + 1, 12_543)).tolist()
pairs = list(zip([0, *ends], [*ends, len(words)]))
told = {}
with Sandbox.start(limits=Limits(call_seconds=60, play_seconds=600, memory_bytes=2 << 30), device="cpu") as sandbox:
    code = b"class Method:\\n def __init__(self, seed, device): pass\\n def same(self, x): return x"
    sandbox.load(code, seed=1, calls=("same",), optional=(), ledger=Ledger())
    for name, value in (("texts", words), ("numbers", np.arange(len(words)))):
        corpus = [value[start:end] for start, end in pairs]
        start, ours = time.perf_counter(), time.process_time()
        back = sandbox.call("same", corpus)
        assert [len(item) for item in back] == [len(item) for item in corpus]
        told[name] = [time.perf_counter() - start, time.process_time() - ours]
print(json.dumps(told))
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.calls", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--baseline", type=Path, metavar="FOLDER", help="another checkout")
    options = parser.parse_args()
    calls_through_the_sandbox(options.rounds, options.baseline)


def calls_through_the_sandbox(rounds: int, baseline: Path | None = None) -> None:
    small_calls(rounds, baseline)
    print("12,544 lists with 217,121 items there and back in one call: seconds, CPU-seconds of the evaluator")
    for name, (seconds, ours) in player(ROOT, CORPUS).items():
        print(f"  {name:18} {seconds:7.2f} {ours:7.2f}")


def small_calls(rounds: int, baseline: Path | None) -> None:
    folders = [ROOT, *([baseline] if baseline else [])]
    told = [[player(folder, PLAYER, METHOD, str(CALLS)) for folder in folders] for _ in range(rounds)]
    print(f"A call through the sandbox, CPU-us (medians of {rounds} x {CALLS} calls): evaluator, method")
    for name in told[0][0]:
        sides = [
            [[measured[index][name][side] for measured in told] for side in (0, 1)] for index in range(len(folders))
        ]
        ours, theirs = (statistics.median(times) for times in sides[0])
        line = f"  {name:18} {ours:7.1f} {theirs:7.1f}"
        if baseline:
            before, before_theirs = (statistics.median(times) for times in sides[1])
            ratios = [
                statistics.median(a / b for a, b in zip(sides[0][side], sides[1][side], strict=True)) for side in (0, 1)
            ]
            line += f"   before {before:7.1f} {before_theirs:7.1f}   ratio {ratios[0]:.2f} {ratios[1]:.2f}"
        print(line)


def player(folder: Path, script: str, *words: str) -> dict[str, list[float]]:
    """Run a script in a checkout with its own code."""
    command = [sys.executable, "-c", script, *words]
    told = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    measured: dict[str, list[float]] = json.loads(told.stdout)
    return measured


if __name__ == "__main__":
    main()
