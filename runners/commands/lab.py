"""`claimcheck new-paper` and `serve`: a lab's own board, in a repository of its own, and a site that shows it."""

import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from runners.commands import exits, options
from runners.commands.exits import Usage
from runners.newpaper import HOME, Taken, lay_out

SITE_PARTS = ("leaderboard", "django")


@click.command("new-paper")
@click.argument("slug")
@click.option("--board", default="", help="The name of its board, in addresses too; the paper's if not given.")
@click.option("--title", default="", help="The paper's title.")
@click.option("--folder", type=options.FOLDER, default=Path(), help="Where papers lie; here if not given.")
def new_paper(slug: str, board: str, title: str, folder: Path) -> int:
    """Lay out the folder of a paper with one board: SLUG, of lower-case letters, digits and _, names it."""
    try:
        for path in lay_out(slug, board=board, title=title, folder=folder):
            click.echo(str(path))
    except Taken as reason:
        raise Usage(str(reason)) from None
    except OSError as error:
        raise Usage(f"{folder}: {error.strerror}") from None
    if folder.resolve() != HOME:
        click.echo(f"Other commands find it by: export PAPERS_PATH={folder.resolve()}")
    click.echo(f"Now run: claimcheck check {folder / slug}")
    return exits.FINE


@click.command()
@click.option("--papers", "folders", type=options.FOLDER, multiple=True, help="A folder of papers beside PAPERS_PATH.")
@click.option("--data", type=options.FOLDER, help="Where the site keeps what it has; ./claimcheck-site if not given.")
@click.option("--port", type=click.IntRange(1, 65535), help="The first free one from 8000 on if not given.")
def serve(folders: Sequence[Path], data: Path | None, port: int | None) -> int:
    """Start a whole site on this machine, with a runner; Ctrl-C stops it. The same as `make run` in a checkout."""
    if missing := [name for name in SITE_PARTS if importlib.util.find_spec(name) is None]:
        raise Usage(f"the site is not installed here ({missing[0]} is missing): pip install 'claimcheck[site]'")
    known = [folder for folder in os.environ.get("PAPERS_PATH", "").split(os.pathsep) if folder]
    env = os.environ | {"PAPERS_PATH": os.pathsep.join(str(each.resolve()) for each in [*map(Path, known), *folders])}
    env["DATA_DIR"] = str((data or Path(os.environ.get("DATA_DIR") or "claimcheck-site")).resolve())
    if port:
        env["PORT"] = str(port)
    if sys.stderr.isatty():  # in a log every line is the site's own
        click.echo(f"The site's files are in {env['DATA_DIR']}.", err=True)
    os.execve(sys.executable, [sys.executable, "-m", "leaderboard"], env)  # noqa: S606  # it is this command from now on
