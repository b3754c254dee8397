"""Which site is meant and by which token: --site, the environment, or what `claimcheck login` keeps in the user's folder."""

import json
import os
import tempfile
from pathlib import Path
from typing import TypedDict
from urllib.parse import urlsplit

from runners.client.site import Site
from runners.commands.exits import Usage

SITE, TOKEN = "CLAIMCHECK_SITE", "CLAIMCHECK_TOKEN"
HERE = ("localhost", "127.0.0.1", "::1")
NO_SITE = f"which site? `claimcheck login --site ADDRESS` keeps it; --site or {SITE} name it for once."


class Logins(TypedDict):
    site: str  # the one that is meant where none is named
    tokens: dict[str, str]  # by address


def path() -> Path:
    """Where logins are kept, readable by their owner alone."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "claimcheck" / "logins.json"


def saved() -> Logins:
    """Raises Usage where the file can't be read."""
    try:
        kept = json.loads(path().read_text())
        return {"site": str(kept["site"]), "tokens": dict(kept["tokens"])}
    except FileNotFoundError:
        return {"site": "", "tokens": {}}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Usage(f"{path()} can't be read ({error}): remove it and log in again") from None


def keep(logins: Logins) -> None:
    """Write the whole file or nothing. Made for its owner alone from the first moment on. Raises Usage."""
    try:
        path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile("w", dir=path().parent, delete=False) as file:  # its mode is 0600
            json.dump(logins, file, indent=1)
        os.replace(file.name, path())
    except OSError as error:
        raise Usage(f"{path()} can't be written: {error.strerror}; {SITE} and {TOKEN} do without it") from None


def address(text: str) -> str:
    """A site's address as it is kept: with its scheme, which is http on this very machine only, and no slash at its end.

    Raises Usage.
    """
    named = text.strip().rstrip("/")
    if "://" not in named:
        host = urlsplit(f"//{named}").hostname
        named = f"{'http' if host in HERE else 'https'}://{named}"
    parts = urlsplit(named)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise Usage(f"{text!r} is no address of a site: https://HOST is")
    return named


def goes_in_the_clear(site: str) -> bool:
    """Whether others on the way can read what is sent."""
    parts = urlsplit(site)
    return parts.scheme == "http" and parts.hostname not in HERE


def site_of(named: str | None) -> str:
    """The address that is meant. Raises Usage where none is."""
    chosen = named or os.environ.get(SITE) or saved()["site"]
    if not chosen:
        raise Usage(NO_SITE)
    return address(chosen)


def token_of(site: str) -> str:
    """The token for a site, "" where there is none. That of the environment is for the environment's site, if it names one."""
    token, owner = os.environ.get(TOKEN, "").strip(), os.environ.get(SITE)
    if token and (not owner or address(owner) == site):
        return token
    return saved()["tokens"].get(site, "")


def chosen(named: str | None, *, as_author: bool = False) -> Site:
    """The site that is meant; `as_author` where nothing can be done without a token. Raises Usage."""
    site = site_of(named)
    token = token_of(site)
    if as_author and not token:
        raise Usage(f"{site} must know who you are: `claimcheck login --site {site}`, or set {TOKEN}")
    return Site(site, token)
