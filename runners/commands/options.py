"""Options that several verbs share."""

from pathlib import Path

import click
from click.shell_completion import CompletionItem

from papers import catalogue
from papers.task import TIERS

tier = click.option("--tier", type=click.Choice(TIERS), default="quick", show_default=True)
device = click.option("--device", type=click.Choice(("auto", "cpu", "cuda")), default="auto", show_default=True)
cases = click.option("--case", "cases", multiple=True, help="Only this case (may be given more than once).")
seeds = click.option("--seeds", type=click.IntRange(min=1), help="Only the first so many seeds.")


class Board(click.ParamType[str]):
    """The slug of a task; a slip is told with what may have been meant."""

    name = "board"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in catalogue.all_tasks():
            self.fail(catalogue.unknown(str(value)), param, ctx)
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return [CompletionItem(slug) for slug in catalogue.all_tasks() if slug.startswith(incomplete)]


BOARD = Board()
FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
