"""`claimcheck run imputation method.py`: the evaluation that the site does, on your machine, with public seeds."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import click

from runners import local
from runners.commands import exits, options
from runners.commands.exits import Usage
from runners.job import PUBLIC_KEY, Job
from runners.workbench import request
from runners.workbench.result import summary, table, write


@click.command(
    help="Evaluate a method's file (or one of the house) on this machine, as the site would, with public seeds."
)
@click.argument("board", type=options.BOARD)
@click.argument("method", type=options.FILE, required=False)
@click.option("--house", metavar="SLUG", help="Play this method of the house instead of a file.")
@options.tier
@click.option("--json", "path", type=options.FILE, help="Write everything there.")
@options.device
@options.cases
@options.seeds
@click.option("--seed-key", default=PUBLIC_KEY.hex(), help="Draw the cases from another key (hex).")
@click.option("--no-sandbox", is_flag=True, help="Run the class in this process, for a debugger.")
def run(
    board: str,
    method: Path | None,
    house: str | None,
    tier: str,
    path: Path | None,
    device: str,
    cases: tuple[str, ...],
    seeds: int | None,
    seed_key: str,
    no_sandbox: bool,
) -> int:
    if bool(method) == bool(house):
        raise Usage("name a task and a method's file (or --house and the name of one of the house)")
    if path and not os.access(path.resolve().parent, os.W_OK):
        raise Usage(f"--json {path}: that folder can't be written to")  # better now than after hours of work
    job = replace(
        request.job_of(request.known_task(board).board(tier), method, house),
        seed_key=request.key(seed_key),
        device=local.device(device),
        mode="inprocess" if no_sandbox else "sandbox",
        seeds=seeds,
        cases=cases or None,
    )
    request.check_cases(job)
    if job.mode == "sandbox":
        local.require_isolation("Or add --no-sandbox, for code that you trust.")
    return evaluate(job, path)


def evaluate(job: Job, path: Path | None) -> int:
    """Do the job, show its progress, write the result. Returns the exit status."""
    is_house = bool(job.house or job.oracle)
    told = list(local.with_progress((local.patiently if is_house else local.happenings)(job), len(job.plays())))
    result = summary(job, told)
    click.echo(table(job.board.task, told, width=shutil.get_terminal_size((160, 24)).columns))
    for case, reason in result["left_out"].items():
        click.echo(f"left out: {case} {reason}")
    for flag in result["flags"]:
        click.echo(f"flag: {flag['label']}: {flag['metric']} is {flag['value']:.4g} on {flag['case']}. {flag['text']}")
    click.echo(f"{result['status']}: {result['message']}")
    if path:
        write(path, result)
    return exits.FINE if result["status"] == "finished" else exits.METHOD
