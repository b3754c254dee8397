"""`claimcheck submit`: the judge looks at the file here, then the site takes it."""

from pathlib import Path

import click

from papers import catalogue
from papers.task import TIERS
from runners.client import following, logins, options
from runners.commands import exits
from runners.commands.exits import Stop, Usage
from runners.judge import Refusal, judge
from runners.sources import Source, SourceError, read

TOO_LITTLE = "say who may read the code: --public-code shows it to everybody, --private-code to you alone"


@click.command()
@click.argument("board")
@click.argument("method", type=click.Path(path_type=Path))
@click.option("--name", required=True, help="As it should stand on the board.")
@click.option("--public-code/--private-code", "is_public", default=None, help="Who may read the code. It must be said.")
@click.option("--tier", type=click.Choice(TIERS), default="quick", show_default=True)
@click.option("--description", default="", help="A few words for its page.")
@click.option("--paper-url", default="", help="Where a paper of it is.")
@click.option("--code-url", default="", help="Where its repository is.")
@click.option("--claimed-value", type=float, help="What you expect; shown beside the measurement.")
@click.option("--follow", is_flag=True, help="Stay until its run has ended, as `claimcheck status --follow` does.")
@options.site
def submit(
    board: str,
    method: Path,
    name: str,
    is_public: bool | None,
    tier: str,
    description: str,
    paper_url: str,
    code_url: str,
    claimed_value: float | None,
    follow: bool,
    named: str | None,
) -> int:
    """Send METHOD, a Python file, a folder or a zip that holds one, to BOARD of a site. Prints the address of its run."""
    if is_public is None:
        raise Usage(TOO_LITTLE)
    source = judged(method, board)
    at = logins.chosen(named, as_author=True)
    fields = {"task": board, "name": name, "tier": tier, "code_is_public": str(is_public).lower()}
    fields |= {"description": description, "paper_url": paper_url, "code_url": code_url}
    if claimed_value is not None:
        fields["claimed_value"] = repr(claimed_value)
    sent = at.post("submissions", data=fields, files={"file": (Path(source.name).name, source.code)})
    click.echo(f"{sent['url']}?run={sent['run']}")
    return following.watch(at, sent["run"]) if follow else exits.FINE


def judged(path: Path, board: str) -> Source:
    """The file that a site would take, too; what else lay beside it is said. Raises Usage, Stop."""
    try:
        source = read(path)
        if board in catalogue.all_tasks():
            judge(source.name, source.code, catalogue.task(board))
        else:
            click.echo(f"claimcheck: {board} is no board of this machine: the site alone judges the file", err=True)
    except SourceError as error:
        raise Usage(str(error)) from None
    except Refusal as refusal:
        raise Stop(f"{refusal.message} It was not sent.") from None
    if source.note:
        click.echo(source.note, err=True)
    return source
