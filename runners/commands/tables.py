"""`claimcheck tables`: the READMEs' tables of measured results, anew from what is recorded."""

import click

from runners import tables


@click.command("tables", help="Write the tables of measured results in the papers' READMEs anew, and docs/budget.md.")
def write_tables() -> None:
    for path, text in tables.stale_pages().items():
        path.write_text(text)
        click.echo(f"{path}: renewed")
