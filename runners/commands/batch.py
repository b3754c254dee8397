"""`claimcheck batch`: plays a list on a machine that is at hand for minutes; see runners.batch."""

from pathlib import Path

import click

from papers.reference import Damaged
from runners import batch as batches
from runners.commands import options
from runners.commands.exits import Usage

HELP = "\b\n" + batches.__doc__.replace("\n\n", "\n\n\b\n") if batches.__doc__ else ""


@click.command(help=HELP)
@click.argument("list", type=options.FILE, required=False)
@click.argument("out", type=options.FOLDER, required=False)
@options.device
@click.option("--jobs", type=int, default=1, help="Evaluators side by side.")
@click.option("--together", type=int, default=4, help="Plays of a method that one evaluator does in turn.")
@click.option("--seconds", type=float, default=1e9, help="Stop after so long, in the midst of a play if need be.")
@click.option("--merge", type=options.FILE, metavar="ARCHIVE", help="Take the rows of an archive into the boards' own.")
def batch(
    list: Path | None, out: Path | None, device: str, jobs: int, together: int, seconds: float, merge: Path | None
) -> int:
    try:
        if merge:
            return batches.merge(merge)
        if not list or not out:
            raise Usage("name the list and the folder for what comes of it")
        return batches.play_list(list, out, device=device, jobs=jobs, together=together, seconds=seconds)
    except Damaged as error:
        raise Usage(str(error)) from None
