"""What the broker knows of a message: whether it still waits, and how long ago somebody began with it."""

import json

from runners import broker
from runners.celery import LONGEST

KEPT = 2 * LONGEST  # seconds: as long as a message may come again


def begin(run: int, attempt: int, execution: str) -> bool:
    """Note that an execution began. False where another one did: this is a second delivery."""
    return bool(broker.client().set(f"run:{run}:{attempt}", execution, nx=True, ex=KEPT))


def began(run: int, attempt: int) -> float | None:
    """Seconds since an execution of this attempt began; None where none did, or the broker forgot."""
    left = int(broker.client().ttl(f"run:{run}:{attempt}"))
    return float(KEPT - left) if left >= 0 else None


def waiting_ids(queue: str) -> set[str]:
    """Ids of the tasks whose messages wait in a queue. Queues are short: the site releases only a few runs ahead."""
    messages = broker.client().lrange(queue, 0, -1)
    return {json.loads(message)["headers"]["id"] for message in messages}


def length(queue: str) -> int:
    """How many messages wait in a queue."""
    return int(broker.client().llen(queue))
