"""`claimcheck record`: plays a board's house methods and keeps what they scored as its reference; see runners.recording."""

from pathlib import Path

import click

from papers import catalogue
from papers.reference import Damaged
from runners import recording
from runners.commands import options
from runners.commands.exits import Usage


@click.command(help="Play a board's house methods under the published key and keep what they scored as its reference.")
@click.argument("board", type=options.BOARD)
@options.tier
@click.option("--method", "methods", multiple=True, metavar="SLUG", help="Only this one (may be given more than once).")
@options.cases
@options.seeds
@options.device
@click.option("--folder", type=options.FOLDER, help="Write there and not into the task's own reference/.")
def record(
    board: str,
    tier: str,
    methods: tuple[str, ...],
    cases: tuple[str, ...],
    seeds: int | None,
    device: str,
    folder: Path | None,
) -> int:
    try:
        return recording.record_board(
            catalogue.board(board, tier), methods, cases=cases, seeds=seeds, device=device, folder=folder
        )
    except (Damaged, ValueError) as error:  # a file that somebody changed; a case that there is not
        raise Usage(str(error)) from None
