"""A safety net for changes that must not change a score: play the house methods before and after, and compare.

    python -m tests.net record FOLDER [--board attack] [--method pgd] [--seeds 1]
    python -m tests.net compare BEFORE AFTER

Every method plays the quick cases in the sandbox under the public key, with limits on time out of the way. Its salt is
its name and not its code, so that a file may be edited. `compare` names every score that differs in any bit; timings
are left out.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from papers import catalogue
from papers.task import Task
from runners.evaluation import evaluate
from runners.job import ONE_THREAD, ROOT, Job
from runners.local import failed_by_limit

PATIENCE = 1000  # times the limits of a board


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.net", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    recording = commands.add_parser("record")
    recording.add_argument("folder", type=Path)
    recording.add_argument("--board", action="append")
    recording.add_argument("--method", action="append")
    recording.add_argument("--seeds", type=int, default=1)
    recording.add_argument("--here", action="store_true", help=argparse.SUPPRESS)  # play in this very process
    comparing = commands.add_parser("compare")
    comparing.add_argument("before", type=Path)
    comparing.add_argument("after", type=Path)
    options = parser.parse_args()
    if options.command == "compare":
        return compare(options.before, options.after)
    if options.here:
        return play(options.folder, catalogue.task(options.board[0]), options.method[0], seeds=options.seeds)
    return record(options)


def record(options: argparse.Namespace) -> int:
    """A process for each method: what one leaves behind can't reach the next."""
    options.folder.mkdir(parents=True, exist_ok=True)
    house = [(task, method) for task in catalogue.all_tasks().values() for method in task.house]
    for task, method in sorted(house, key=lambda pair: pair[1].expense):
        if task.slug not in (options.board or [task.slug]) or method.slug not in (options.method or [method.slug]):
            continue
        if method.kind == "oracle" or path_of(options.folder, task, method.slug).exists():
            continue
        words = ["--board", task.slug, "--method", method.slug, "--seeds", str(options.seeds), "--here"]
        command = [sys.executable, "-m", "tests.net", "record", str(options.folder.resolve()), *words]
        subprocess.run(command, cwd=ROOT, env={**os.environ, **ONE_THREAD}, check=False)
    return 0


def path_of(folder: Path, task: Task, slug: str) -> Path:
    return folder / f"{task.slug}.{slug}.json"


def play(folder: Path, task: Task, slug: str, *, seeds: int) -> int:
    tier = task.board("quick").tier
    longer = {name: PATIENCE * getattr(tier.limits, name) for name in ("call_seconds", "play_seconds")}
    object.__setattr__(tier, "limits", replace(tier.limits, **longer))
    told: list = []
    salt = hashlib.sha256(f"{task.slug}/{slug}".encode()).hexdigest()
    job = Job(task=task.slug, tier="quick", code=task.code(task.method(slug)), salt=salt, seeds=seeds)
    if not evaluate(job, told.append) and failed_by_limit(told[-1]):  # once more: the machine was busy
        told.clear()
        evaluate(job, told.append)
    plays: dict = {}
    for event in told:
        if event["type"] == "play":
            play = {"scores": event["scores"], "spent": event["spent"], "artefacts": {}}
            plays[f"{event['case']}/{event['seed']}"] = play
    for event in told:
        where = f"{event.get('case')}/{event.get('seed')}"
        if event["type"] == "artefact" and where in plays:
            content = json.dumps(event["data"], sort_keys=True).encode()
            plays[where]["artefacts"][event["name"]] = hashlib.sha256(content).hexdigest()
    result = {"board": task.slug, "method": slug, "last": told[-1], "plays": plays}
    path_of(folder, task, slug).write_text(json.dumps(result, indent=1))
    return 0


def compare(before: Path, after: Path) -> int:
    """Print what differs; 1 where anything does."""
    differences = 0
    for path in sorted(before.glob("*.json")):
        if not (after / path.name).exists():
            print(f"{path.stem}: not played after")
            continue
        old, new = (json.loads((folder / path.name).read_text()) for folder in (before, after))
        timings = {metric.name for metric in catalogue.task(old["board"]).metrics if metric.timing}
        rows = list(told_apart(old, new, timings))
        differences += len(rows)
        print(f"{path.stem}: {len(old['plays'])} plays, " + ("equal" if not rows else f"{len(rows)} differences"))
        for row in rows[:10]:
            print(f"    {row}")
    return 1 if differences else 0


def told_apart(old: dict, new: dict, timings: set[str]):
    if new["last"]["type"] != old["last"]["type"]:
        yield f"ended {new['last']['type']}: {new['last'].get('message', '')}"
    for where, play in old["plays"].items():
        if where not in new["plays"]:
            yield f"{where}: not played"
            continue
        fresh = new["plays"][where]
        for name in sorted({*play["scores"], *fresh["scores"]} - timings):
            if play["scores"].get(name) != fresh["scores"].get(name):
                yield f"{where} {name}: {play['scores'].get(name)} -> {fresh['scores'].get(name)}"
        for name in sorted({*play["artefacts"], *fresh["artefacts"]}):
            if play["artefacts"].get(name) != fresh["artefacts"].get(name):
                yield f"{where}: the artefact {name!r} differs"


if __name__ == "__main__":
    sys.exit(main())
