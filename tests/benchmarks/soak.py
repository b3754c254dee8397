"""Runs that do nothing, many of them, through the queue of a whole site: how many a second, what each costs whom, what is lost,
and whose memory grows.

    python -m tests.benchmarks.soak [--runs 10000] [--seconds 600]

Part of `make bench`, for a minute.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil

from tests.benchmarks import results
from tests.benchmarks.tokens import new_token
from tests.elsewhere import FOLDER
from tests.site import ROOT, Site

WORKER = ("-A", "tests.benchmarks.noop", "worker", "-P", "solo", "-Q", "cpu", "-n", "noop@%h")
PARTS = ("recorder", "aside", "web", "valkey-server")  # by what they call themselves
WAITING = 100  # runs that are kept waiting: authors send when they like, not ten thousand at once


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.soak", description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=600)
    options = parser.parse_args()
    soak(options.runs, options.seconds)


def soak(runs: int, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder), PAPERS_PATH=FOLDER, HOUSE_METHODS="no", CPU_RUNNERS="0")
        site.start()
        worker = None
        try:
            env = environment(site)
            worker = subprocess.Popen(
                [sys.executable, "-m", "celery", "--quiet", *WORKER],
                cwd=ROOT,
                env=env,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            new_token(site)  # the database is there
            before = spent_by(site)
            told = feed(env, runs, seconds)
            after = spent_by(site)
        finally:
            if worker:
                worker.terminate()
                worker.wait()
            site.stop()
    report(told, before, after)


def environment(site: Site) -> dict[str, str]:
    broker = f"redis+socket://{site.folder}/valkey.sock?virtual_host=0"
    known = {"DATA_DIR": str(site.folder), "PAPERS_PATH": FOLDER, "REDIS_URL": broker, "SITE_URL": site.url}
    return {**os.environ, **known, "DJANGO_SETTINGS_MODULE": "leaderboard.settings", "RUNNER_DEVICE": "cpu"}


def feed(env: dict[str, str], runs: int, seconds: float) -> tuple[float, ...]:
    """sent, finished, attempts beyond the first, scores, scores of a run, seconds: as the database has it."""
    command = [sys.executable, "-m", "tests.benchmarks.feeding", str(runs), str(seconds), str(WAITING)]
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True)
    return tuple(float(word) for word in done.stdout.split()[-6:])


def spent_by(site: Site) -> dict[str, tuple[float, float]]:
    """CPU-seconds and MB that are its own, of each of the site's processes by what it does."""
    known = {}
    for process in psutil.Process(site.process.pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # it ends, or has ended and is not waited for yet
            if (name := process.name()) in PARTS:
                times, memory = process.cpu_times(), process.memory_full_info().uss
                known[f"{name} {process.pid}"] = times.user + times.system, memory / 1e6
    return known


def report(
    told: tuple[float, ...], before: dict[str, tuple[float, float]], after: dict[str, tuple[float, float]]
) -> None:
    sent, finished, again, scores, whole, seconds = told
    print(
        f"{sent:.0f} runs that do nothing in {seconds:.0f} s: {finished / seconds:.1f} a second on {os.cpu_count()} cores"
    )
    print(f"  lost {sent - finished:.0f}, tried again {again:.0f}, scores missing {sent * whole - scores:.0f}")
    for name in sorted(set(before) & set(after)):
        cpu, held = after[name][0] - before[name][0], after[name][1]
        each = f"{1e3 * cpu / max(sent, 1):6.1f} CPU-ms a run"
        if name.startswith("recorder"):
            results.note("recorder, a run of 10 plays, CPU-ms", 1e3 * cpu / max(sent, 1))
        print(f"  {name.split()[0]:24} {each}; {before[name][1]:6.1f} MB before, {held:6.1f} after")


if __name__ == "__main__":
    main()
