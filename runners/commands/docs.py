"""`claimcheck docs`, `starter` and `notebook`: what an author needs of a board before the first line of code."""

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.markdown import Markdown

from papers import catalogue
from runners import manual, surroundings
from runners.commands import exits, options
from runners.commands.exits import Usage
from runners.starter_notebook import notebook as notebook_of


@click.command()
@click.argument("board", type=options.BOARD)
def docs(board: str) -> int:
    """Print a board's manual: interface, kit, metrics, limits, packages. Markdown where the output is no terminal."""
    text = manual.manual(catalogue.task(board))
    if sys.stdout.isatty():
        console = Console()
        with console.pager(styles=True):
            console.print(Markdown(text))
    else:
        click.echo(text, nl=False)
    return exits.FINE


@click.command()
@click.argument("board", type=options.BOARD)
def starter(board: str) -> int:
    """Print a method of the house that runs, to begin with: `claimcheck starter BOARD > method.py`."""
    click.echo(surroundings.starter(catalogue.task(board)), nl=False)
    return exits.FINE


@click.command()
@click.argument("board", type=options.BOARD)
@click.option("--out", type=options.FILE, help="The file to write; BOARD.ipynb if not given.")
def notebook(board: str, out: Path | None) -> int:
    """Write a starter notebook of a board: its interface, a method that runs, and its evaluation."""
    path = out or Path(f"{board}.ipynb")
    try:
        with path.open("xb") as file:
            file.write(notebook_of(catalogue.task(board)))
    except FileExistsError:
        raise Usage(f"{path} exists: name another file with --out") from None
    except OSError as error:
        raise Usage(f"{path}: {error.strerror}") from None
    click.echo(str(path))
    return exits.FINE
