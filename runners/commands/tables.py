"""`claimcheck tables`: the READMEs' tables of measured results, anew from what is recorded."""

import click

from runners import tables
from runners.commands.exits import Usage


@click.command("tables")
def write_tables() -> None:
    """Write the tables of measured results in the papers' READMEs anew, and in a checkout docs/budget.md.

    A table is a comment that says what stands in it, and what follows the comment; see docs/new-paper.md.
    """
    try:
        pages = tables.stale_pages()
    except ValueError as error:
        raise Usage(str(error)) from None
    for path, text in pages.items():
        path.write_text(text)
        click.echo(f"{path}: renewed")
