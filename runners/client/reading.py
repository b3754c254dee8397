"""Verbs that only read: the boards of a site, a board, a run's log, its code and results."""

import json
from pathlib import Path
from typing import Any

import click

from papers.task import TIERS
from runners.client import logins, options
from runners.client.showing import console, duration, harmless, interval, rank, table
from runners.client.site import Away, Site
from runners.commands import exits
from runners.commands.exits import SiteRefused, Usage

BOARD_COLUMNS = ("Rank", "right"), ("Method", "left"), ("Author", "left")
COST_COLUMNS = ("CPU", "right"), ("Memory", "right"), ("Device", "left"), ("Flags", "left"), ("Run", "right")


@click.command()
@options.site
@options.as_json
def tasks(named: str | None, as_json: bool) -> int:
    """List the boards of a site."""
    known = logins.chosen(named).get("tasks/")
    if as_json:
        click.echo(json.dumps(known, indent=1))
        return exits.FINE
    columns = [("Board", "left"), ("Title", "left"), ("Paper", "left"), ("Ranks by", "left"), ("Cases × seeds", "left")]
    rows = [[task["slug"], task["title"], task["paper"], task["metrics"][0]["label"], sizes(task)] for task in known]
    console().print(table("", columns, rows))
    return exits.FINE


def sizes(task: dict[str, Any]) -> str:
    return ", ".join(f"{name} {len(tier['cases'])} × {tier['seeds']}" for name, tier in task["tiers"].items())


@click.command()
@click.argument("board")
@click.option("--tier", type=click.Choice(TIERS), default="quick", show_default=True)
@options.site
@click.option("--csv", "as_csv", is_flag=True, help="For programs: the site's own table, as CSV.")
@options.as_json
def board(board: str, tier: str, named: str | None, as_csv: bool, as_json: bool) -> int:
    """Show a board of a site: ranks with their intervals, scores, costs."""
    if as_csv and as_json:
        raise Usage("--csv or --json, not both")
    at = logins.chosen(named)
    task = at.get(f"tasks/{quoted(board)}")
    if as_csv:
        click.echo(at.text(f"/tasks/{quoted(board)}/board.csv", tier=tier), nl=False)
        return exits.FINE
    rows = list(at.pages(f"tasks/{quoted(board)}/leaderboard", tier=tier))
    if as_json:
        click.echo(json.dumps(rows, indent=1))
    elif rows:
        columns = [*BOARD_COLUMNS, (f"{task['metrics'][0]['label']}, 95 % interval", "right"), *COST_COLUMNS]
        console().print(table(f"{task['title']}, {tier} tier", columns, [cells(row) for row in rows]))
    else:
        click.echo(f"Nothing has been measured on the {tier} tier yet.")
    return exits.FINE


def quoted(board: str) -> str:
    """A board's name as part of an address. Raises Usage for what can't be one."""
    if not board.isidentifier():
        raise Usage(f"{board!r} is no board: `claimcheck tasks` lists them")
    return board


def cells(row: dict[str, Any]) -> list[str]:
    cost = row["cost"]
    memory = "" if cost["memory_bytes"] is None else f"{cost['memory_bytes'] / 2**20:.0f} MiB"
    author = "house" if row["is_house"] else row["author"]
    flags = ", ".join(flag["label"] for flag in row["flags"])
    first = [rank(row), row["method"], author, interval(row)]
    return [*first, duration(cost["cpu_seconds"]), memory, row["device"], flags, str(row["run"])]


@click.command()
@options.run
@options.site
def logs(run: int | None, named: str | None) -> int:
    """Print the end of a run's log; of the latest run of your own where none is named."""
    at = logins.chosen(named)
    text = at.get(f"runs/{options.run_or_latest(at, run)}/log")
    if not text:
        click.echo("The log is empty.", err=True)
    click.echo(harmless(text), nl=False)
    return exits.FINE


@click.command()
@options.run
@options.site
@click.option("--into", type=click.Path(path_type=Path), help="The folder to make; run-NUMBER if not given.")
def download(run: int | None, named: str | None, into: Path | None) -> int:
    """Fetch the code and the results of a run into a folder: method.py, run.json with every raw score, log.txt."""
    at = logins.chosen(named)
    number = options.run_or_latest(at, run)
    result = at.get(f"runs/{number}")
    folder = into or Path(f"run-{number}")
    try:
        folder.mkdir(parents=True)
        (folder / "run.json").write_text(json.dumps(result, indent=1))
        click.echo(str(folder / "run.json"))
        for name, path in (
            ("method.py", f"submissions/{result['submission']}/code"),
            ("log.txt", f"runs/{number}/log"),
        ):
            fetch(at, path, folder / name)
    except FileExistsError:
        raise Usage(f"{folder} exists: name another folder with --into") from None
    except OSError as error:
        raise Usage(f"{folder}: {error.strerror}") from None
    return exits.FINE


def fetch(at: Site, path: str, target: Path) -> None:
    """Write one of the API's texts; what the site keeps to its author is said and left out."""
    try:
        target.write_text(at.get(path), newline="")
    except Away:
        raise
    except SiteRefused as refusal:
        click.echo(f"{target.name} is left out: {refusal.message}", err=True)
    else:
        click.echo(str(target))
