"""Verbs that change a run of one's own."""

import click

from papers.task import TIERS
from runners.client import following, logins, options
from runners.commands import exits


@click.command()
@options.run
@options.site
def cancel(run: int | None, named: str | None) -> int:
    """End a run of your own; the latest where none is named."""
    at = logins.chosen(named, as_author=True)
    number = options.run_or_latest(at, run)
    is_cancelled = at.post(f"runs/{number}/cancel")["cancelled"]
    click.echo(f"Run {number} is cancelled." if is_cancelled else f"Run {number} had ended already.")
    return exits.FINE


@click.command()
@options.run
@click.option("--tier", type=click.Choice(TIERS), help="That of the run if not given.")
@click.option("--follow", is_flag=True, help="Stay until it has ended.")
@options.site
def rerun(run: int | None, tier: str | None, follow: bool, named: str | None) -> int:
    """Run the submission of a run of your own again, on the same cases. Prints the address of the new run."""
    at = logins.chosen(named, as_author=True)
    state = at.get(f"runs/{options.run_or_latest(at, run)}/state")
    sent = at.post(f"submissions/{state['submission']}/runs", params={"tier": tier or state["tier"]})
    click.echo(f"{sent['url']}?run={sent['run']}")
    return following.watch(at, sent["run"]) if follow else exits.FINE
