"""`claimcheck login` and `logout`: a token, made on the site's account page, is kept for its owner alone."""

import platform
import sys
import webbrowser
from urllib.parse import urlencode

import click

from runners.client import logins, options
from runners.client.site import Site
from runners.commands import exits
from runners.commands.exits import Usage


@click.command()
@options.site
@click.option(
    "--token", help="The token itself; better let it be asked for, or send it with --stdin: commands are remembered."
)
@click.option("--stdin", is_flag=True, help="Read the token from the standard input.")
@click.option("--browser/--no-browser", default=True, help="Open the page on which tokens are made.")
def login(named: str | None, token: str | None, stdin: bool, browser: bool) -> int:
    """Keep a site's address and your token for it.

    Opens the site's page on which tokens are made; copy the token from there. It is kept in a file that only you can read,
    and sent to this site alone.
    """
    site = logins.site_of(named)
    if logins.goes_in_the_clear(site):
        click.echo(f"claimcheck: {site} is not encrypted: others on the way can read your token", err=True)
    given = (token or (sys.stdin.readline() if stdin else token_from_page(site, browser=browser))).strip()
    if not given:
        raise Usage("no token was given")
    name = Site(site, given).get("me")["username"]
    known = logins.saved()
    logins.keep({"site": site, "tokens": {**known["tokens"], site: given}})
    click.echo(f"You are {name} at {site}. Kept in {logins.path()}.")
    return exits.FINE


def token_from_page(site: str, *, browser: bool) -> str:
    """The token that its owner copies from the site's page."""
    page = f"{site}/accounts/tokens/?{urlencode({'name': f'claimcheck on {platform.node()}'})}"
    if not sys.stdin.isatty():
        raise Usage(f"make a token at {page}, then: claimcheck login --site {site} --stdin < FILE")
    opened = browser and webbrowser.open(page)
    click.echo(f"{'Your browser shows' if opened else 'Make a token at'} {page}")
    return str(click.prompt("Token", hide_input=True))


@click.command()
@options.site
def logout(named: str | None) -> int:
    """Forget the token of a site. On the site's account page it can be revoked, too."""
    site, known = logins.site_of(named), logins.saved()
    if site not in known["tokens"]:
        raise Usage(f"there is no token of {site} in {logins.path()}")
    rest = {address: token for address, token in known["tokens"].items() if address != site}
    logins.keep({"site": known["site"], "tokens": rest})
    click.echo(f"Forgotten. Revoke it at {site}/accounts/tokens/ if nobody else uses it.")
    return exits.FINE
