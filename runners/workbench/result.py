"""What comes of an evaluation, as one document."""

import json
import os
from collections import defaultdict
from pathlib import Path
from typing import Any

from papers.metrics import Finding, findings
from papers.task import Task
from runners.evaluation import add, nothing_spent
from runners.events import Event
from runners.job import Job

COLUMN = 18  # characters of a metric in the table


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
