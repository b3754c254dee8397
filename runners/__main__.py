"""`python -m runners imputation method.py`: the evaluation that the site does, on your machine, with public seeds."""

import argparse
import ast
import difflib
import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tqdm import tqdm

from papers import catalogue
from papers.task import TIERS, Task
from runners.evaluation import evaluate
from runners.events import Event
from runners.job import ONE_THREAD, PUBLIC_KEY, Job, events
from runners.sandbox import probe_isolation


class Usage(Exception):
    """The command can't be carried out; one sentence says why."""


def main(words: list[str] | None = None) -> int:
    options = arguments().parse_args(words)
    try:
        if options.list:
            print(listing())
            return 0
        job = requested(options)
        return report(job, options.json)
    except (Usage, ValueError) as error:
        print(f"runners: {error}", file=sys.stderr)
        return 2


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m runners", description=__doc__)
    parser.add_argument("task", nargs="?", help="the board, for example imputation")
    parser.add_argument("method", nargs="?", type=Path, help="the method's file")
    parser.add_argument("--tier", choices=TIERS, default="quick")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything there")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--case", action="append", help="only this case (may be given more than once)")
    parser.add_argument("--seeds", type=int, help="only the first so many seeds")
    parser.add_argument("--seed-key", default=PUBLIC_KEY.hex(), help="draw the cases from another key (hex)")
    parser.add_argument("--no-sandbox", action="store_true", help="run the class in this process, for a debugger")
    parser.add_argument("--list", action="store_true", help="list tasks, tiers and cases")
    return parser


def listing() -> str:
    lines = []
    for task in catalogue.all_tasks().values():
        lines.append(f"{task.slug}: {task.title} (version {task.version})")
        for tier in TIERS:
            board = task.board(tier)
            lines.append(f"  {tier}: {len(board.cases)} cases × {board.seeds} seeds")
            lines += [f"    {case.name}" for case in board.cases]
    return "\n".join(lines)


def requested(options: argparse.Namespace) -> Job:
    """The job that the command line asks for. Raises Usage."""
    if not options.task or not options.method:
        raise Usage("name a task and a method's file, or --list")
    if options.task not in catalogue.all_tasks():
        near = difflib.get_close_matches(options.task, catalogue.all_tasks(), 1, 0.4)
        known = ", ".join(sorted(catalogue.all_tasks()))
        raise Usage(
            f"there is no task {options.task!r}; " + (f"did you mean {near[0]}?" if near else f"there are {known}")
        )
    if options.seeds is not None and options.seeds < 1:
        raise Usage("--seeds must be at least 1")
    if options.json and not os.access(options.json.resolve().parent, os.W_OK):
        raise Usage(f"--json {options.json}: that folder can't be written to")  # better now than after hours of work
    mode = "inprocess" if options.no_sandbox else "sandbox"
    isolation = probe_isolation() if mode == "sandbox" else None
    if isolation and not isolation.ok:
        raise Usage(f"{isolation.reason} {isolation.remedy} Or add --no-sandbox, for code that you trust.")
    job = Job(
        task=options.task,
        tier=options.tier,
        code=read(options.method),
        seed_key=key(options.seed_key),
        device=device(options.device),
        mode=mode,
        seeds=options.seeds,
        cases=tuple(options.case) if options.case else None,
    )
    job.plays()  # an unknown case is told before anything starts
    return job


def read(path: Path) -> bytes:
    try:
        code = path.read_bytes()
        ast.parse(code.decode(), str(path))
    except OSError as error:
        raise Usage(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise Usage(f"{path} is not UTF-8 (byte {error.start})") from None
    except SyntaxError as error:
        raise Usage(f"{path}, line {error.lineno}: {error.msg}") from None
    except (RecursionError, MemoryError):
        raise Usage(f"{path} is nested too deeply to be read") from None
    return code


def key(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise Usage("--seed-key must be hexadecimal") from None


def device(wanted: str) -> str:
    has_gpu = (
        shutil.which("nvidia-smi") is not None and subprocess.run(["nvidia-smi", "-L"], capture_output=True).stdout
    )
    if wanted == "cuda" and not has_gpu:
        raise Usage("there is no NVIDIA GPU here: use --device cpu")
    return "cuda" if wanted == "cuda" or (wanted == "auto" and has_gpu) else "cpu"


def report(job: Job, path: Path | None) -> int:
    """Do the job, show its progress, write the result. Returns the exit status."""
    told = list(shown(happenings(job), len(job.plays())))
    result = summary(job, told)
    print(table(catalogue.task(job.task), told))
    print(f"{result['status']}: {result['message']}")
    if path:
        write(path, result)
    return 0 if result["status"] == "finished" else 1


def happenings(job: Job) -> Iterable[Event]:
    if job.mode != "inprocess":
        process = job.start()
        try:
            yield from events(process)
        finally:
            process.kill()
            process.wait()
        return
    print("runners: no sandbox: this file may do what you may do", file=sys.stderr)
    os.environ.update(ONE_THREAD)  # torch, not yet loaded, reads them: the cost is that of a sandboxed run
    told: list[Event] = []
    evaluate(job, told.append)
    yield from told


def shown(told: Iterable[Event], plays: int) -> Iterable[Event]:
    """Pass the events on, with a progress bar on the terminal."""
    with tqdm(total=plays, unit="play", disable=None) as bar:
        for event in told:
            if event["type"] == "progress":
                bar.set_description(f"{event['case']}, seed {event['seed']}")
            elif event["type"] == "play":
                bar.update()
            elif event["type"] == "log":
                bar.write(event["text"].rstrip(), file=sys.stderr)
            yield event


def summary(job: Job, told: list[Event]) -> dict[str, Any]:
    """The result as one document; see README.md."""
    last = told[-1] if told else None
    result: dict[str, Any] = {"task": job.task, "tier": job.tier, "status": "failed", "message": "", "scores": []}
    result |= {"cost": {}, "flags": [], "artefacts": [], "provenance": {}}
    for event in told:
        if event["type"] == "started":
            result["provenance"] = event["provenance"]
        elif event["type"] == "play":
            place = {"case": event["case"], "seed": event["seed"]}
            result["scores"] += [{**place, "metric": name, "value": value} for name, value in event["scores"].items()]
        elif event["type"] == "artefact":
            result["artefacts"].append({name: value for name, value in event.items() if name != "type"})
    if last and last["type"] == "finished":
        result |= {
            "status": "finished",
            "message": f"{last['plays']} plays",
            "cost": last["spent"],
        }
        result["provenance"]["data"] = last["data"]
    elif last and last["type"] == "failed":
        where = f"{last['case']}, seed {last['seed']}: " if last["case"] else ""
        result["message"] = f"{where}{last['message']}\n{last['traceback']}".rstrip()
    else:
        result["message"] = "The evaluator ended without a result."
    return result


def table(task: Task, told: list[Event]) -> str:
    """Means over the seeds, a line a case."""
    values: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for event in told:
        if event["type"] == "play":
            for name, value in event["scores"].items():
                values[event["case"]][name].append(value)
    if not values:
        return ""
    names = [metric.name for metric in task.metrics if any(metric.name in row for row in values.values())]
    width = max(map(len, values))
    lines = [" " * width + "".join(f"{name:>18}" for name in names)]
    for case, row in values.items():
        cells = [f"{sum(row[name]) / len(row[name]):18.4f}" if name in row else " " * 18 for name in names]
        lines.append(f"{case:<{width}}" + "".join(cells))
    return "\n".join(lines)


def write(path: Path, result: dict[str, Any]) -> None:
    """Write the whole file or nothing."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_text(json.dumps(result, indent=1, allow_nan=False))
    os.replace(unfinished, path)


if __name__ == "__main__":
    sys.exit(main())
