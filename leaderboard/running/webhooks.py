"""Telling an address of a user's choice, and no machine of ours: it is looked up once, when it is called, and must be public."""

import hashlib
import hmac
import ipaddress
import json
import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

import certifi
import urllib3
from django.conf import settings
from django.core.exceptions import ValidationError

SECONDS = 5  # to connect, and to answer
GLOBAL_V6 = ipaddress.ip_network("2000::/3")
SIGNATURE = "X-Claimcheck-Signature"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Undelivered(Exception):
    """Nobody took it; the text says why."""


def check(url: str) -> None:
    """Raise ValidationError for an address that nothing will be sent to, as far as its text tells.

    Names are not looked up before something is sent: who saves an address would learn which names this site's network knows.
    """
    try:
        parts = urlsplit(url)
        name = host(parts)
        if parts.scheme not in ("http", "https") or not name:
            raise Undelivered("A webhook's address begins with https://.")
        if (number := literal(name)) and not may_be_called(number):
            raise Undelivered("That is a private address: webhooks go to public ones only.")
        if not number and "." not in name.strip("."):
            raise Undelivered("A webhook's machine has a name of the internet, such as hooks.example.org.")
    except (Undelivered, ValueError) as error:
        raise ValidationError(str(error) if isinstance(error, Undelivered) else "That is no address.") from None


def literal(name: str) -> Address | None:
    """The address that a host is written as, in any of the ways that a system takes; None of a name. Asks nobody."""
    try:
        entry = socket.getaddrinfo(name, 0, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)[0]
    except OSError:
        return None
    return ipaddress.ip_address(str(entry[4][0]).partition("%")[0])


def deliver(url: str, message: Mapping[str, Any], *, secret: str) -> int:
    """POST a message as JSON, signed; returns the status. Follows no redirect, reads no answer. Raises Undelivered."""
    parts, address = urlsplit(url), str(reachable(url))
    name = host(parts)
    body = json.dumps(message).encode()
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {
        "Host": host_header(name, parts.port),
        "Content-Type": "application/json",
        "User-Agent": "Claimcheck",
        SIGNATURE: f"sha256={hmac.digest(secret.encode(), body, hashlib.sha256).hex()}",
    }
    how: dict[str, Any] = {"timeout": SECONDS, "retries": False}
    if parts.scheme == "https":
        how |= {"server_hostname": name, "assert_hostname": name, "ca_certs": certifi.where()}
        pool: urllib3.HTTPConnectionPool = urllib3.HTTPSConnectionPool(address, parts.port or 443, **how)
    else:
        pool = urllib3.HTTPConnectionPool(address, parts.port or 80, **how)
    try:
        with pool, pool.urlopen("POST", target, body, headers, redirect=False, preload_content=False) as response:
            return int(response.status)
    except urllib3.exceptions.HTTPError as error:
        raise Undelivered(f"{parts.hostname} did not answer: {type(error).__name__}.") from None


def host(parts: SplitResult) -> str:
    """The name as it goes over the wire: bücher.example is xn--bcher-kva.example. Raises UnicodeError for none."""
    return (parts.hostname or "").encode("idna").decode()


def host_header(name: str, port: int | None) -> str:
    bare = f"[{name}]" if ":" in name else name
    return f"{bare}:{port}" if port else bare


def reachable(url: str) -> Address:
    """The one address that is called. Raises Undelivered unless all that the name stands for are public."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Undelivered("A webhook's address begins with https://.")
    try:
        found = socket.getaddrinfo(host(parts), parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, ValueError):
        raise Undelivered(f"There is no machine {parts.hostname}.") from None
    addresses = [ipaddress.ip_address(entry[4][0]) for entry in found]
    if not all(map(may_be_called, addresses)):
        raise Undelivered(f"{parts.hostname} is a private address: webhooks go to public ones only.")
    return addresses[0]


def may_be_called(address: Address) -> bool:
    """Whether an address is anybody's on the internet, or in a network that this site allows."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if any(address in network for network in settings.WEBHOOK_NETWORKS):
        return True
    if isinstance(address, ipaddress.IPv6Address):  # those that carry one of version 4 could be led back to us
        return address in GLOBAL_V6 and address.is_global and not address.sixtofour and not address.teredo
    return address.is_global and not address.is_multicast
