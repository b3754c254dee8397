"""How the command ends: the one place that says what its exit statuses mean, and the exception that ends it with a sentence."""

from typing import IO, Any

import click

FINE = 0
METHOD = 1  # what was asked about failed: the method, the paper, the machine that was tried
USAGE = 2
OURS = 3
SITE = 4
INTERRUPTED = 130

MEANING = {
    FINE: "all went well",
    METHOD: "what was asked about failed: the method by its own fault, a run, a check",
    USAGE: "the command can't be carried out as it was written",
    OURS: "the evaluation itself broke or this machine can't do it: our fault",
    SITE: "the site refused, or could not be reached",
    INTERRUPTED: "interrupted; what was played is kept",
}


class Stop(click.ClickException):
    """Ends the command with a sentence for its user: what was asked about failed."""

    exit_code = METHOD

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"claimcheck: {self.message}", file=file, err=True)


class Usage(Stop):
    """The command can't be carried out as it was written."""

    exit_code = USAGE


class Ours(Stop):
    """The evaluation broke, or this machine can't do it."""

    exit_code = OURS


class SiteRefused(Stop):
    """The site said no, or nothing at all."""

    exit_code = SITE
