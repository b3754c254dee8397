"""`claimcheck recompute imputation-quick.parquet`: a board's ranks and intervals, made again from its plays alone."""

from pathlib import Path

import click
import pandas as pd

from runners.commands import exits
from runners.standing import open_data


@click.command("recompute", help="Rank a board again from the file of its plays, and compare with what the site says.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def recompute(file: Path) -> int:
    try:
        frame, how = open_data.read(file)
    except open_data.Unreadable as error:
        raise exits.Usage(str(error)) from None
    click.echo(f"{how.task}, {how.tier}, version {how.version}: {len(frame)} plays, ranked by {how.primary.label}")
    click.echo(table(frame, how))
    found = open_data.differences(frame, how)
    click.echo("\n".join(found) if found else "The site says the same, to the last digit.")
    return exits.METHOD if found else exits.FINE


def table(frame: pd.DataFrame, how: open_data.How) -> str:
    """The board as text, the best first."""
    heads = open_data.heads_of(frame)
    told = open_data.standings(frame, how)
    told.insert(0, "method", heads["method"])
    told["group"] = told.pop("group")
    return str(told.to_string(index=False, na_rep="–", float_format=lambda number: f"{number:z.{how.primary.digits}f}"))
