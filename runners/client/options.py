"""Options that several verbs of the client share."""

import re

import click

from runners.client.site import Site
from runners.commands.exits import Usage

site = click.option(
    "--site", "named", metavar="ADDRESS", help="The site that is meant; else CLAIMCHECK_SITE, else your login's."
)
as_json = click.option("--json", "as_json", is_flag=True, help="For programs: what the site says, as JSON.")


class RunNumber(click.ParamType[int]):
    """A run's number, or the address of its page or of the API."""

    name = "run"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        text = str(value)
        numbers = re.findall(r"^(\d{1,18})$|[?&]run=(\d{1,18})|/runs/(\d{1,18})", text)
        if not numbers:
            self.fail(f"{text!r} is no run: its number, or the address that `claimcheck submit` printed", param, ctx)
        return int("".join(numbers[-1]))


run = click.argument("run", type=RunNumber(), required=False)


def run_or_latest(at: Site, run: int | None) -> int:
    """The run that is named, else the latest of one's own. Raises Usage where there is none, SiteRefused."""
    if run is not None:
        return run
    if not at.token:
        raise Usage("name a run, or log in: then the latest of your own is meant")
    latest: int | None = at.get("me")["latest_run"]
    if latest is None:
        raise Usage(f"you have no run at {at.url} yet")
    return latest
