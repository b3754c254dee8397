"""What comes of an evaluation, as one document of a known format: result.schema.json describes it, docs/workbench.md tells it.

FORMAT grows where a reader of older documents would misread a newer one; new keys alone don't change it.
"""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from papers import catalogue
from papers.task import Task
from runners.commands import exits
from runners.commands.exits import Usage
from runners.job import PUBLIC_KEY, Job
from runners.workbench.screen import marked
from runners.workbench.tally import Tally
from runners.workbench.verdict import verdict_of

FORMAT = 1
COLUMN = 18  # characters of a metric in the table
STATUSES = {"finished": exits.FINE, "failed": exits.METHOD, "broken": exits.OURS, "interrupted": exits.INTERRUPTED}


def document(job: Job, tally: Tally, *, status: str, name: str = "", notes: Sequence[str] = ()) -> dict[str, Any]:
    """The whole of it. status: one of STATUSES; name: what the method is called."""
    verdict = verdict_of(tally, is_public=job.seed_key == PUBLIC_KEY, house=job.house or job.oracle)
    ranked = set(job.board.ranked_cases)
    plays = sorted(tally.plays.values(), key=lambda play: (play["seed"], play["case"]))
    scores = [
        {"case": play["case"], "seed": play["seed"], "metric": metric, "value": value}
        for play in plays
        for metric, value in play["scores"].items()
    ]
    costs = [{"case": play["case"], "seed": play["seed"], **play["spent"]} for play in plays]
    return {
        "format": FORMAT,
        "claimcheck": version(),
        "task": job.task,
        "tier": job.tier,
        "method": {
            "name": name,
            "house": job.house or job.oracle,
            "code_sha256": tally.provenance.get("code_sha256", ""),
        },
        "status": status,
        "message": message_of(tally, status),
        **verdict.as_json(),
        "scores": scores,
        "costs": costs,
        "cost": tally.spent(),
        "limits": limits_used(job, tally),
        "unranked_cases": [case for case in tally.means() if case not in ranked],
        "left_out": tally.left_out,
        "notes": list(notes),
        "artefacts": [{key: value for key, value in one.items() if key != "type"} for one in tally.artefacts],
        "provenance": tally.provenance,
    }


def version() -> str:
    try:
        return metadata.version("claimcheck")
    except metadata.PackageNotFoundError:
        return ""  # run from its folder, not installed


def status_of(tally: Tally, ends: int) -> str:
    """How a run ended of which so many evaluators should have come to their end."""
    if tally.failure:
        return "failed" if tally.failure["whose"] == "author" else "broken"
    return "finished" if tally.finished >= ends else "broken"


def message_of(tally: Tally, status: str) -> str:
    if failure := tally.failure:
        where = f"{failure['case']}, seed {failure['seed']}: " if failure["case"] else ""
        return f"{where}{failure['message']}\n{failure['traceback']}".rstrip()
    if status == "broken":
        return "The evaluator ended without a result."
    return f"{len(tally.plays)} plays"


def limits_used(job: Job, tally: Tally) -> dict[str, Any]:
    """The most that a play took of each limit, and what is allowed. CPU-seconds and bytes."""
    limits, spent = job.board.limits, [play["spent"] for play in tally.plays.values()]
    return {
        "play_cpu_seconds": {
            "most": max((one["cpu_seconds"] for one in spent), default=0.0),
            "allowed": limits.play_seconds,
        },
        "memory_bytes": {
            "most": max((one["memory_bytes"] for one in spent), default=0),
            "allowed": limits.memory_bytes,
        },
        "call_cpu_seconds": {"allowed": limits.call_seconds},
        "enforced": job.mode == "sandbox",
    }


def text_of(result: Mapping[str, Any], task: Task, *, width: int | None = None) -> str:
    """What the author reads at the end."""
    width = width or shutil.get_terminal_size((160, 24)).columns
    lines = [table(task, means_of(result), result["tier"], width=width)]
    lines += [f"left out: {case} {reason}" for case, reason in result["left_out"].items()]
    lines += [f"note: {note}" for note in result["notes"]]
    lines += [f"flag: {sentence}" for sentence in map(flag_sentence, result["flags"])]
    lines += symptoms(result)
    lines += limit_lines(result["limits"]) if result["costs"] else []
    lines += result["verdict"] if result["costs"] else []
    return "\n".join([*filter(None, lines), f"{result['status']}: {result['message']}"])


def flag_sentence(flag: Mapping[str, Any]) -> str:
    by = (
        f"{flag['metric']} is {flag['value']:.4g} on {flag['case']}. "
        if flag["metric"] and flag["value"] is not None
        else ""
    )
    return f"{flag['label']}: {by}{flag['text']}"


def symptoms(result: Mapping[str, Any]) -> list[str]:
    """The tables that a flagged case reported on its first seed: what was measured, and why it raises a flag."""
    flagged = {flag["case"] for flag in result["flags"]}
    kept = [one for one in result["artefacts"] if one["kind"] == "table" and one["case"] in flagged]
    first = min((one["seed"] for one in kept), default=0)
    lines = []
    for one in kept:
        if one["seed"] == first:
            lines.append(f"{one['name']} on {one['case']}, seed {first}:")
            lines += [
                "  " + "  ".join(f"{cell:<24}" for cell in map(cell_text, row)).rstrip() for row in one["data"]["rows"]
            ]
    return lines


def cell_text(cell: Any) -> str:
    return f"{cell:.4g}" if isinstance(cell, float) else str(cell)


def limit_lines(limits: Mapping[str, Any]) -> list[str]:
    seconds, memory = limits["play_cpu_seconds"], limits["memory_bytes"]
    used = f"at most {seconds['most']:.2f} of {seconds['allowed']:g} CPU-seconds in a play"
    if memory["most"]:
        used += f", {memory['most'] / 2**20:.0f} of {memory['allowed'] / 2**20:.0f} MiB of memory"
    return [f"limits: {used}" + ("" if limits["enforced"] else "; without a sandbox none was enforced")]


def means_of(result: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """case -> metric -> mean over the seeds."""
    values: dict[str, dict[str, list[float]]] = {}
    for score in result["scores"]:
        values.setdefault(score["case"], {}).setdefault(score["metric"], []).append(score["value"])
    return {case: {name: sum(given) / len(given) for name, given in row.items()} for case, row in values.items()}


def table(task: Task, rows: Mapping[str, Mapping[str, float]], tier: str, *, width: int) -> str:
    """Means over the seeds: a line a case, or, where that is too wide, a line a metric below each case."""
    if not rows:
        return ""
    titles = {case: marked(task.board(tier), case) for case in rows}
    names = [metric.name for metric in task.metrics if any(metric.name in row for row in rows.values())]
    first = max(map(len, titles.values()))
    if first + COLUMN * len(names) > width:
        return "\n".join(line for case, row in rows.items() for line in (titles[case], *metric_lines(names, row)))
    heading = " " * first + "".join(f"{name:>{COLUMN}}" for name in names)
    return "\n".join([heading, *(f"{titles[case]:<{first}}{cells(names, row)}" for case, row in rows.items())])


def metric_lines(names: Sequence[str], row: Mapping[str, float]) -> list[str]:
    longest = max(map(len, names))
    return [f"  {name:<{longest}} {row[name]:z12.4f}" for name in names if name in row]


def cells(names: Sequence[str], row: Mapping[str, float]) -> str:
    return "".join(f"{row[name]:z{COLUMN}.4f}" if name in row else " " * COLUMN for name in names)


def write(path: Path, result: Mapping[str, Any]) -> None:
    """Write the whole file or nothing."""
    write_text(path, json.dumps(result, indent=1, allow_nan=False))


def write_text(path: Path, text: str) -> None:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_text(text)
    os.replace(unfinished, path)


def read(path: Path) -> dict[str, Any]:
    """A result from its file, or from the folder of its run. Raises Usage for anything else."""
    if path.is_dir() and (path / "run.json").exists() and not (path / "result.json").exists():
        raise Usage(
            f"{path} is a run of a site's: its board's page compares those; here results of `claimcheck run` are compared"
        )
    path = path / "result.json" if path.is_dir() else path
    try:
        result = json.loads(path.read_text())
        if not isinstance(result, dict) or result.get("format") != FORMAT:
            raise Usage(f"{path} is no result of format {FORMAT}")
    except OSError as error:
        raise Usage(f"{path}: {error.strerror}") from None
    except ValueError:
        raise Usage(f"{path} is no result: it can't be read as JSON") from None
    if result["task"] not in catalogue.all_tasks():
        raise Usage(f"{path} is of the board {result['task']}, which is not known here")
    return result
