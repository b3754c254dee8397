"""`python -m runners imputation method.py`: the evaluation that the site does, on your machine, with public seeds.

`python -m runners record imputation` measures a board's house methods, see runners.recording, and `python -m runners tables`
writes the READMEs' tables of what was measured, see runners.tables; `python -m runners canary` tries a worker's machine out,
and `python -m runners batch` plays a list on a rented one, see runners.batch.
"""

import argparse
import difflib
import json
import os
import platform
import shutil
import sys
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

from papers import catalogue
from papers.metrics import Finding, findings
from papers.reference import Damaged
from papers.task import TIERS, Board, House, Task
from runners import batch, canary, local, packages, recording, tables
from runners.evaluation import add, nothing_spent
from runners.events import Event
from runners.job import PUBLIC_KEY, Job
from runners.judge import Refusal, judge
from runners.local import Usage

VERBS = {"record": recording.main, "tables": tables.main, "batch": batch.main, "canary": canary.main}
COLUMN = 18  # characters of a metric in the table


def main(words: list[str] | None = None) -> int:
    words = sys.argv[1:] if words is None else words
    try:
        if words[:1] and words[0] in VERBS:
            return VERBS[words[0]](words[1:])
        options = arguments().parse_args(words)
        if options.list:
            print(listing())
            return 0
        return report(requested(options), options.json)
    except (Usage, Damaged, ValueError) as error:
        print(f"runners: {error}", file=sys.stderr)
        return 2


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m runners", description=__doc__)
    parser.add_argument("task", nargs="?", help="the board, for example imputation")
    parser.add_argument("method", nargs="?", type=Path, help="the method's file")
    parser.add_argument("--house", metavar="SLUG", help="play this method of the house instead of a file")
    parser.add_argument("--tier", choices=TIERS, default="quick")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything there")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--case", action="append", help="only this case (may be given more than once)")
    parser.add_argument("--seeds", type=int, help="only the first so many seeds")
    parser.add_argument("--seed-key", default=PUBLIC_KEY.hex(), help="draw the cases from another key (hex)")
    parser.add_argument("--no-sandbox", action="store_true", help="run the class in this process, for a debugger")
    parser.add_argument("--list", action="store_true", help="list tasks, tiers, cases and packages")
    return parser


def listing() -> str:
    lines = []
    for task in catalogue.all_tasks().values():
        lines.append(f"{task.slug}: {task.title} (version {task.version})")
        lines.append(f"  house methods: {', '.join(house.slug for house in task.house)}")
        for board in task.boards.values():
            lines.append(f"  {board.tier.name}: {len(board.cases)} cases × {board.seeds} seeds")
            lines += [f"    {case.name}" for case in board.cases]
    listed = ", ".join(f"{name} {version}" for name, version in packages.versions().items())
    lines += [
        f"A method may import, in Python {platform.python_version()}: {listed}",
        f"A method's seed is a whole number from 0 to {2**32 - 1} (32 bits)",
    ]
    return "\n".join(lines)


def requested(options: argparse.Namespace) -> Job:
    """The job that the command line asks for. Raises Usage."""
    if not options.task or bool(options.method) == bool(options.house):
        raise Usage("name a task and a method's file (or --house and the name of one of the house), or --list")
    task = known_task(options.task)
    if options.seeds is not None and options.seeds < 1:
        raise Usage("--seeds must be at least 1")
    if options.json and not os.access(options.json.resolve().parent, os.W_OK):
        raise Usage(f"--json {options.json}: that folder can't be written to")  # better now than after hours of work
    job = replace(
        job_of(task.board(options.tier), options.method, options.house),
        seed_key=key(options.seed_key),
        device=local.device(options.device),
        mode="inprocess" if options.no_sandbox else "sandbox",
        seeds=options.seeds,
        cases=tuple(options.case) if options.case else None,
    )
    job.plays()  # an unknown case is told before anything starts
    if job.mode == "sandbox":
        local.require_isolation("Or add --no-sandbox, for code that you trust.")
    return job


def known_task(slug: str) -> Task:
    if slug in catalogue.all_tasks():
        return catalogue.task(slug)
    near = difflib.get_close_matches(slug, [*catalogue.all_tasks(), *catalogue.VERBS], 1, 0.4)
    known = ", ".join(sorted(catalogue.all_tasks()))
    raise Usage(f"there is no task {slug!r}; " + (f"did you mean {near[0]}?" if near else f"there are {known}"))


def job_of(board: Board, path: Path | None, slug: str | None) -> Job:
    """The job that plays a file, or the house method of this slug. Raises Usage."""
    if path:
        return Job(task=board.task.slug, tier=board.tier.name, code=read(path, board.task))
    known: dict[str, House] = {house.slug: house for house in board.task.house}
    if slug not in known:
        raise Usage(f"{board.task.slug} has no house method {slug!r}, only {', '.join(known)}")
    return local.job_of(board, known[slug])


def read(path: Path, task: Task) -> bytes:
    """The code of a file that an upload would take too. Raises Usage."""
    try:
        code = path.read_bytes()
        judge(str(path), code, task)
    except OSError as error:
        raise Usage(f"{path}: {error.strerror}") from None
    except Refusal as refusal:
        raise Usage(refusal.message) from None
    return code


def key(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise Usage("--seed-key must be hexadecimal") from None


def report(job: Job, path: Path | None) -> int:
    """Do the job, show its progress, write the result. Returns the exit status."""
    is_house = bool(job.house or job.oracle)
    told = list(local.with_progress((local.patiently if is_house else local.happenings)(job), len(job.plays())))
    result = summary(job, told)
    print(table(job.board.task, told, width=shutil.get_terminal_size((160, 24)).columns))
    for case, reason in result["left_out"].items():
        print(f"left out: {case} {reason}")
    for flag in result["flags"]:
        print(f"flag: {flag['label']}: {flag['metric']} is {flag['value']:.4g} on {flag['case']}. {flag['text']}")
    print(f"{result['status']}: {result['message']}")
    if path:
        write(path, result)
    return 0 if result["status"] == "finished" else 1


def summary(job: Job, told: list[Event]) -> dict[str, Any]:
    """The result as one document; see README.md."""
    last, spent = told[-1] if told else None, nothing_spent()
    result: dict[str, Any] = {"task": job.task, "tier": job.tier, "status": "failed", "message": "", "scores": []}
    result |= {"cost": {}, "flags": [], "left_out": {}, "artefacts": [], "provenance": {}}
    for event in told:
        if event["type"] == "started":
            result |= {"provenance": event["provenance"], "left_out": event["left_out"]}
        elif event["type"] == "play":
            add(spent, event["spent"])
            result["provenance"]["data"] = result["provenance"].get("data", {}) | event["data"]
            place = {"case": event["case"], "seed": event["seed"]}
            result["scores"] += [{**place, "metric": name, "value": value} for name, value in event["scores"].items()]
        elif event["type"] == "artefact":
            result["artefacts"].append({name: value for name, value in event.items() if name != "type"})
    if last and last["type"] == "finished":
        flags = [finding.as_json() for finding in raised(job.board.task, told)]
        message = f"{sum(event['type'] == 'play' for event in told)} plays"
        result |= {"status": "finished", "message": message, "cost": spent, "flags": flags}
    elif last and last["type"] == "failed":
        where = f"{last['case']}, seed {last['seed']}: " if last["case"] else ""
        result["message"] = f"{where}{last['message']}\n{last['traceback']}".rstrip()
    else:
        result["message"] = "The evaluator ended without a result."
    return result


def raised(task: Task, told: list[Event]) -> list[Finding]:
    """The card's flags that these plays raise."""
    by_metric: dict[str, dict[str, float]] = defaultdict(dict)
    for case, row in means(told).items():
        for metric, value in row.items():
            by_metric[metric][case] = value
    return findings(task.flags, by_metric)


def means(told: list[Event]) -> dict[str, dict[str, float]]:
    """case -> metric -> mean over the seeds."""
    values: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for event in told:
        if event["type"] == "play":
            for name, value in event["scores"].items():
                values[event["case"]][name].append(value)
    return {case: {name: sum(given) / len(given) for name, given in row.items()} for case, row in values.items()}


def table(task: Task, told: list[Event], *, width: int) -> str:
    """Means over the seeds: a line a case, or, where that is too wide, a line a metric below each case."""
    rows = means(told)
    if not rows:
        return ""
    names = [metric.name for metric in task.metrics if any(metric.name in row for row in rows.values())]
    first = max(map(len, rows))
    if first + COLUMN * len(names) > width:
        return "\n".join(line for case, row in rows.items() for line in (case, *lines(names, row)))
    heading = " " * first + "".join(f"{name:>{COLUMN}}" for name in names)
    return "\n".join([heading, *(f"{case:<{first}}{cells(names, row)}" for case, row in rows.items())])


def lines(names: list[str], row: dict[str, float]) -> list[str]:
    longest = max(map(len, names))
    return [f"  {name:<{longest}} {row[name]:12.4f}" for name in names if name in row]


def cells(names: list[str], row: dict[str, float]) -> str:
    return "".join(f"{row[name]:{COLUMN}.4f}" if name in row else " " * COLUMN for name in names)


def write(path: Path, result: dict[str, Any]) -> None:
    """Write the whole file or nothing."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_text(json.dumps(result, indent=1, allow_nan=False))
    os.replace(unfinished, path)


if __name__ == "__main__":
    sys.exit(main())
