"""What a run costs beyond its method: to its first call, play by play, and where several slots run at once.

    python -m tests.benchmarks.starting [--baseline FOLDER] [--rounds 3]

Runs are played in a process of their own, with all that it starts in one control group, which counts all of their CPU time.
With another checkout as the baseline both are measured in turn. Part of `make bench`. Needs version 1 control groups.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

from tests.benchmarks import results
from tests.elsewhere import FOLDER
from tests.site import ROOT

SLOTS = (1, 2, 4)
GROUPS = Path("/sys/fs/cgroup/cpuacct")
CALL = """
import time
class Method:
    def __init__(self, seed, device):
        pass
    def double(self, x):
        print("called", time.time())
        {work}
        return 2 * x
    def impute(self, x, categorical):
        print("called", time.time())
        return np.where(np.isnan(x), 0, x).astype(x.dtype)
"""
STEP = """
        w = torch.nn.Parameter(torch.ones(8)); o = torch.optim.Adam([w])
        w.sum().backward(); o.step()
"""
WORK = """
        until = time.process_time() + {seconds}
        while time.process_time() < until:
            w = torch.randn(64, 64) @ torch.randn(64, 64)
"""
RUNS = {  # name: (task, seeds, code)
    "numpy, 2 plays": ("doubling", 1, "import numpy as np" + CALL.format(work="")),
    "scikit-learn, 2 plays": ("doubling", 1, "from sklearn.linear_model import Ridge" + CALL.format(work="")),
    "torch, 2 plays": ("doubling", 1, "import torch" + CALL.format(work=STEP)),
    "torch, 10 plays": ("doubling", 5, "import torch" + CALL.format(work=STEP)),
    "torch, 5 s of work": ("doubling", 1, "import torch" + CALL.format(work=WORK.format(seconds=2.5))),
    "a board with scikit-learn": ("imputation", 1, "import numpy as np" + CALL.format(work="")),
}
# Runs in either checkout, so it uses what both have. Where something is kept warm, the second run of each is told.
PLAYER = """
import json, os, sys, time
from pathlib import Path
from runners.job import Job, events
try:
    from runners.warm import Warm
    start = Warm().start
    turns = 2
except ImportError:
    start, turns = Job.start, 1

group = Path(sys.argv[1])
(group / "cgroup.procs").write_text(str(os.getpid()))
used = lambda: int((group / "cpuacct.usage").read_text()) / 1e9
told = []
for task, seeds, code, *more in json.loads(sys.argv[2]):
    for turn in range(more[0] if more else turns):
        cpu, begin, first = used(), time.time(), None
        process = start(Job(task=task, tier="quick", code=code.encode(), seeds=seeds))
        own = 0.0
        for event in events(process):
            if event["type"] == "log" and first is None:
                first = float(event["text"].split("called ")[1].split()[0]) - begin
            if event["type"] == "failed":
                raise SystemExit(event["message"])
            if event["type"] == "finished":
                own = event["spent"]["cpu_seconds"]
        process.wait()
    told.append([first, used() - cpu, own])
print(json.dumps(told))
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.starting", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--baseline", type=Path, metavar="FOLDER", help="another checkout")
    options = parser.parse_args()
    starts_of_runs(options.rounds, options.baseline)
    several_slots(options.rounds)


def starts_of_runs(rounds: int, baseline: Path | None = None) -> None:
    if not os.access(GROUPS, os.W_OK):
        print(f"What a run costs beyond its method: not measured, there is no {GROUPS} to write into")
        return
    folders = [*([baseline] if baseline else []), ROOT]
    print("The second run of a worker: seconds to its first call, its CPU-seconds, those billed to the method")
    rounds_of = [[measure(folder) for folder in folders] for _ in range(rounds)]
    for number, name in enumerate(RUNS):
        line = f"  {name:26}"
        for side, _ in enumerate(folders):
            figures = zip(*(told[side][number] for told in rounds_of), strict=True)
            line += "   |" * bool(side) + " ".join(f"{statistics.median(figure):7.3f}" for figure in figures)
        print(line)
    for told in rounds_of:
        note(dict(zip(RUNS, told[-1], strict=True)))


def note(told: dict[str, list[float]]) -> None:
    """Keep what was asked about, of one round."""
    for library in ("numpy", "scikit-learn", "torch"):
        results.note(f"run begins to first call, {library}, s", told[f"{library}, 2 plays"][0])
    beside = {name: cpu - own for name, (_, cpu, own) in told.items()}
    results.note(
        "one play more beside its method, torch, CPU-s", (beside["torch, 10 plays"] - beside["torch, 2 plays"]) / 8
    )
    results.note("5 s of torch, beside its method, CPU-s", beside["torch, 5 s of work"])


def measure(folder: Path) -> list[list[float]]:
    """The three figures of each of RUNS, in a checkout with its own code."""
    with Player(folder, RUNS.values()) as player:
        return player.measured()


def several_slots(rounds: int) -> None:
    """The same runs in 1, 2 and 4 worker processes at once: what each run costs, and how many end in a minute."""
    if not os.access(GROUPS, os.W_OK):
        return
    print(f"Slots at once on {os.cpu_count()} cores: runs a minute, CPU-seconds of a run, those billed to its method")
    run = ("doubling", 1, "import torch" + CALL.format(work=WORK.format(seconds=0.5)), 1)
    for slots in SLOTS:
        with contextlib.ExitStack() as stack:
            players = [stack.enter_context(Player(ROOT, [run] * (1 + rounds), number)) for number in range(slots)]
            begin = time.monotonic()
            told = [figures for player in players for figures in player.measured()[1:]]  # the first one imports
            minutes = (time.monotonic() - begin) / 60
        cpu, billed = (statistics.median(figure) for figure in list(zip(*told, strict=True))[1:])
        print(f"  {slots} slots: {slots * (rounds + 1) / minutes:5.1f} {cpu:7.2f} {billed:7.2f}")


class Player:
    """A process that plays runs one after the other, and its control group."""

    def __init__(self, folder: Path, runs: Iterable[Sequence[object]], number: int = 0) -> None:
        self._group = GROUPS / f"claimcheck-benchmark-{os.getpid()}-{number}"
        self._group.mkdir()
        command = [sys.executable, "-c", PLAYER, str(self._group), json.dumps(list(runs))]
        env = {**os.environ, "PAPERS_PATH": FOLDER, "PYTHONPATH": str(folder)}
        self._process = subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.PIPE, text=True)

    def measured(self) -> list[list[float]]:
        """Of each run: seconds to its first call, CPU-seconds, those billed. Waits for the last one."""
        runs: list[list[float]] = json.loads(self._process.communicate()[0].splitlines()[-1])
        return runs

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        until = time.monotonic() + 5
        while (self._group / "cgroup.procs").read_text() and time.monotonic() < until:
            time.sleep(0.02)  # what was kept warm ends with whoever kept it
        for folder in (*self._group.glob("claimcheck-sandbox.*"), self._group):
            folder.rmdir()


if __name__ == "__main__":
    main()
