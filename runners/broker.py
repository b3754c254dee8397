"""One setting, two readers: REDIS_URL as kombu spells it, and as redis-py does."""

import os
from urllib.parse import parse_qs, urlsplit

import redis

LOOPBACK = ("127.0.0.1", "localhost", "::1", None)
DEFAULT_URL = "redis://127.0.0.1:6379/0"
PATIENCE = 3  # seconds that whoever reads a page waits for an answer


def broker_url() -> str:
    return os.environ.get("REDIS_URL", DEFAULT_URL)


def redis_client_url(url: str) -> str:
    """Turn kombu's redis+socket:///path?virtual_host=0 into redis-py's unix:///path?db=0; leave others alone."""
    parts = urlsplit(url)
    if parts.scheme != "redis+socket":
        return url
    query = parse_qs(parts.query)
    return f"unix://{parts.path}?db={query.get('virtual_host', ['0'])[0]}"


def exposure(url: str) -> str:
    """What makes a broker on another machine an open door, as a sentence; "" where nothing does."""
    parts = urlsplit(url)
    if parts.scheme not in ("redis", "rediss") or parts.hostname in LOOPBACK:
        return ""
    lacking = " and ".join(["a password"] * (not parts.password) + ["TLS (rediss://)"] * (parts.scheme == "redis"))
    if not lacking:
        return ""
    return f"REDIS_URL names another machine without {lacking}: who reaches it can start evaluations and report scores"


def client(*, patience: float = 10) -> redis.Redis:
    """A client of the broker, which waits so many seconds for an answer. Connects when it is first used."""
    return redis.Redis.from_url(redis_client_url(broker_url()), socket_connect_timeout=3, socket_timeout=patience)
