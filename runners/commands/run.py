"""`claimcheck run imputation method.py`: the evaluation that the site does, on your machine, with public seeds."""

import os
from pathlib import Path
from typing import Any

import click

from papers import catalogue
from runners.commands import options
from runners.commands.exits import Usage
from runners.job import PUBLIC_KEY, Job
from runners.workbench import request, result, session, watching
from runners.workbench.folder import Folder
from runners.workbench.request import Wanted


@click.command(
    help="Evaluate a method on this machine, as the site would, with public seeds: METHOD is a file, a folder or a zip."
)
@click.argument("board", type=options.BOARD)
@click.argument("method", type=click.Path(path_type=Path), required=False)
@click.option("--house", metavar="SLUG", default="", help="Play this method of the house instead of a file.")
@options.tier
@options.cases
@click.option(
    "--seed", "only_seeds", type=int, multiple=True, metavar="K", help="Only this seed (more than once, if need be)."
)
@options.seeds
@options.device
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Evaluators side by side.")
@click.option("--out", type=options.FOLDER, help="The folder of the results.  [default: a new one in results/]")
@click.option("--resume", is_flag=True, help="Go on where the latest run of this file was interrupted or failed.")
@click.option("--json", "path", type=options.FILE, help="Write the result there too.")
@click.option("--no-sandbox", is_flag=True, help="Run the class in this process: for code that you trust.")
@click.option("--debug", is_flag=True, help="Stop in pdb at the method's line that raises; in this process.")
@click.option("--profile", is_flag=True, help="Say where the method's time goes; in this process.")
@click.option(
    "--seed-key", default=PUBLIC_KEY.hex(), show_default="published", help="Draw the cases from another key (hex)."
)
def run(
    board: str,
    method: Path | None,
    jobs: int,
    out: Path | None,
    resume: bool,
    path: Path | None,
    no_sandbox: bool,
    debug: bool,
    profile: bool,
    **asked: Any,
) -> int:
    is_here = no_sandbox or debug or profile
    if bool(method) == bool(asked["house"]):
        raise Usage("name a task and a method's file (or --house and the name of one of the house)")
    if is_here and jobs > 1:
        raise Usage("--jobs plays in sandboxes side by side: without one, in this process, there is a single one")
    if path and not os.access(path.resolve().parent, os.W_OK):
        raise Usage(f"--json {path}: that folder can't be written to")  # better now than after hours of work
    wanted = Wanted(task=board, method=method, mode="inprocess" if is_here else "sandbox", **asked)
    job, notes = request.job_of(wanted)
    for note in notes:
        click.echo(f"note: {note}", err=True)
    folder = (Folder.again if resume else Folder.new)(out, wanted.folder_name, job)
    with watching.watcher(method, folder.path, is_debugged=debug, is_profiled=profile) as around:
        known = session.play(job, folder, name=wanted.name, notes=notes, jobs=jobs, around=around, is_plain=debug)
    return tell(known, folder.path, path, job)


def tell(known: dict[str, Any], folder: Path, path: Path | None, job: Job) -> int:
    """Say what came of it, and where it lies. Returns the exit status."""
    if path:
        result.write(path, known)
    click.echo(result.text_of(known, catalogue.task(job.task)))
    click.echo(f"results: {folder / 'result.json'}, {folder / 'report.html'}")
    if known["status"] == "interrupted":
        click.echo("What was played is kept: the same command with --resume goes on.", err=True)
    return result.STATUSES[known["status"]]
