"""Work that nobody who records or reads should wait for: tasks on a queue of their own."""

from typing import Any

from celery import signature
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from runners import broker

QUEUE = "aside"


def send(name: str, /, **kwargs: Any) -> bool:
    """Have a task of leaderboard.tasks done. False where the broker is away: it is asked first, as Celery would try for long."""
    try:
        broker.client(patience=broker.PATIENCE).ping()
        signature(f"leaderboard.tasks.{name}", kwargs=kwargs, queue=QUEUE).apply_async(retry=False)
    except (RedisError, OperationalError):
        return False
    return True
