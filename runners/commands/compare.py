"""`claimcheck compare a.json b.json`: paired differences case by case, with intervals and a plot."""

from pathlib import Path
from typing import Any

import click

from runners.commands.exits import Usage
from runners.workbench import compare as comparing
from runners.workbench import result

RESULT = click.Path(path_type=Path, exists=True)


@click.command(
    help="Compare results (result.json, or the folder of a run) case by case; differences are from the first one."
)
@click.argument("results", type=RESULT, nargs=-1, required=True)
@click.option(
    "--house", "houses", multiple=True, metavar="SLUG", help="What was recorded of this method of the house too."
)
@click.option("--metric", default="", help="By this metric.  [default: the one that ranks]")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write the plots there.")
def compare(results: tuple[Path, ...], houses: tuple[str, ...], metric: str, html: Path | None) -> None:
    documents = [result.read(path) for path in results]
    known = comparing.compare(documents, names_of(results, documents), houses, metric)
    click.echo(comparing.text_of(known))
    if html:
        try:
            result.write_text(html, comparing.page_of(known))
        except OSError as error:
            raise Usage(f"{html}: {error.strerror}") from None
        click.echo(f"plots: {html}")


def names_of(paths: tuple[Path, ...], documents: list[dict[str, Any]]) -> list[str]:
    """What each method is called; where two are called the same, what its file is."""
    names = [str(one["method"]["name"]) for one in documents]
    return [
        name if name and names.count(name) == 1 else str(path.parent if path.name == "result.json" else path)
        for name, path in zip(names, paths, strict=True)
    ]
