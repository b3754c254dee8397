"""Reads settings from the environment. A wrong value stops the start with a sentence that names the variable."""

import logging
import os
import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

YES, NO = ("yes", "true", "1", "on"), ("no", "false", "0", "off")
ENGINES = ("django.db.backends.postgresql", "django.db.backends.sqlite3")
BROKERS = ("redis", "rediss", "redis+socket", "unix")


def text(name: str, default: str = "") -> str:
    """An empty variable counts as one that isn't there."""
    return os.environ.get(name, "") or default


def words(name: str, default: list[str]) -> list[str]:
    """Comma-separated."""
    return [word.strip() for word in text(name).split(",") if word.strip()] or default


def whole(name: str, default: int, *, least: int = 0, most: int = 10**9) -> int:
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most}, it is {value!r}")
    return int(value)


def flag(name: str, *, default: bool) -> bool:
    value = text(name).lower()
    if value not in ("", *YES, *NO):
        raise ImproperlyConfigured(f"{name} must be yes or no, it is {value!r}")
    return value in YES if value else default


def prices(name: str) -> dict[str, float]:
    """What an hour of a device costs: "cpu=0.04,cuda=2.5"."""
    known: dict[str, float] = {}
    for word in words(name, []):
        device, _, price = word.partition("=")
        try:
            known[device] = float(price)
        except ValueError:
            known[device] = -1.0
        if device not in ("cpu", "cuda") or not 0 <= known[device] < float("inf"):
            raise ImproperlyConfigured(f"{name} must be like cpu=0.04,cuda=2.5, it has {word!r}")
    return known


def folders(name: str) -> None:
    """Check that the folders which the variable names, separated by colons, are there."""
    for path in filter(None, text(name).split(os.pathsep)):
        if not Path(path).is_dir():
            raise ImproperlyConfigured(f"{name} names {path!r}, which is no folder")


def level(name: str, default: str) -> str:
    """A level of logging."""
    value = text(name, default).upper()
    if value not in logging.getLevelNamesMapping():
        raise ImproperlyConfigured(f"{name} must be like INFO or WARNING, it is {value!r}")
    return value


def without_password(value: str) -> str:
    """An address without the password in it: fit for a message."""
    return re.sub(r"://[^/]*@", "://…@", value)


def one_of(name: str, known: tuple[str, ...]) -> None:
    """Check a variable that names one of a few things, where it is set."""
    if text(name) and text(name) not in known:
        raise ImproperlyConfigured(f"{name} must be {' or '.join(known)}, it is {text(name)!r}")


def address(name: str, default: str) -> str:
    """An http or https address without a slash at its end."""
    value = text(name, default)
    if urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname:
        raise ImproperlyConfigured(
            f"{name} must be like https://claimcheck.example.org, it is {without_password(value)!r}"
        )
    return value.rstrip("/")


def broker(name: str) -> None:
    """Check the broker's address, where there is one."""
    value = text(name)
    if value and urlsplit(value).scheme not in BROKERS:
        raise ImproperlyConfigured(
            f"{name} must begin with one of {', '.join(f'{b}://' for b in BROKERS)}, it is {without_password(value)!r}"
        )


def database(name: str, default: str) -> dict[str, object]:
    """Django's settings for a database URL."""
    value = text(name, default)
    config: dict[str, object] = environ.Env.db_url_config(value) if "://" in value else {}
    if config.get("ENGINE") not in ENGINES:
        raise ImproperlyConfigured(
            f"{name} must be like postgres://user:password@host/name, it is {without_password(value)!r}"
        )
    return config


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    try:
        return [ip_network(word) for word in words(name, [])]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be like 10.1.0.0/16: {error}") from None


def providers(*, github: str, orcid: str) -> dict[str, dict[str, Any]]:
    """allauth's settings for the sites of which GITHUB_SIGN_IN and ORCID_SIGN_IN hold "client id:secret"."""
    known: dict[str, dict[str, Any]] = {}
    if app := application("GITHUB_SIGN_IN"):
        known["github"] = {"APPS": [app], "SCOPE": ["user:email"], "GITHUB_URL": github}
        if github == "https://github.com":
            del known["github"]["GITHUB_URL"]  # given, it means a GitHub of one's own, with its API elsewhere
    if app := application("ORCID_SIGN_IN"):
        more = {"provider_id": "orcid", "name": "ORCID", "settings": {"server_url": orcid}}
        known["openid_connect"] = {"APPS": [app | more], "SCOPE": ["openid"]}
    return known


def application(name: str) -> dict[str, Any] | None:
    value = text(name)
    client, _, secret = value.partition(":")
    if value and not (client and secret):
        raise ImproperlyConfigured(f"{name} must be like CLIENT-ID:SECRET")
    return {"client_id": client, "secret": secret} if value else None


def email(name: str, default: str) -> dict[str, object]:
    """Django's settings for a mail server's URL: EMAIL_BACKEND and so on."""
    value = text(name, default)
    if urlsplit(value).scheme not in environ.Env.EMAIL_SCHEMES:
        raise ImproperlyConfigured(
            f"{name} must be like smtp+tls://user:password@host:587, it is {without_password(value)!r}"
        )
    config: dict[str, object] = environ.Env.email_url_config(value)
    return config
