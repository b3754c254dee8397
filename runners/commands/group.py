"""The group of all verbs, and the way in."""

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from papers import catalogue
from runners.commands import exits
from runners.commands.verbs import SECTIONS, VERBS

EPILOG = "\b\nExit status:\n" + "\n".join(f"  {status:>3}  {meaning}" for status, meaning in exits.MEANING.items())


class Verbs(click.Group):
    """Imports a verb's module when the verb is asked for. A board in the place of a verb means `run`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module, _, name = VERBS[cmd_name].where.partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in VERBS:
            if args[0] not in catalogue.all_tasks():
                raise exits.Usage(catalogue.unknown(args[0], verbs=list(VERBS)))
            args = ["run", *args]
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, section in SECTIONS.items():
            if section:
                with formatter.section(title):
                    formatter.write_dl([(name, verb.help) for name, verb in section.items()])


@click.group(
    cls=Verbs, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120}
)
@click.version_option(package_name="claimcheck", prog_name="claimcheck")
def claimcheck() -> None:
    """Claimcheck: evaluate a method as the site does, and have it evaluated there.

    A board's name in the place of a verb means run: `claimcheck imputation method.py`.
    """
    for folder in filter(None, os.environ.get("PAPERS_PATH", "").split(os.pathsep)):
        if not os.path.isdir(folder):
            click.echo(f"note: PAPERS_PATH names {folder!r}, which is no folder: no paper is found there", err=True)
        elif os.path.exists(os.path.join(folder, "__init__.py")):
            click.echo(f"note: PAPERS_PATH names {folder!r}, a package: name the folder in which it lies", err=True)


def main(words: Sequence[str] | None = None) -> int:
    """Carry a command out and return its exit status."""
    try:
        status: Any = claimcheck.main(args=words, prog_name="claimcheck", standalone_mode=False)
        return status if isinstance(status, int) else exits.FINE
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("claimcheck: interrupted", err=True)
        return exits.INTERRUPTED


def script() -> None:
    sys.exit(main())
