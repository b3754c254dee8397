"""The Celery application: one broker, one queue per kind of device, and `results` for what comes back.

Delivery is only a hint here: the site's database owns every run, so messages may be lost or doubled without harm.
"""

from typing import Any

from celery import Celery, states
from celery.backends.base import DisabledBackend
from celery.signals import setup_logging

from papers.task import Board
from runners import logs
from runners.broker import broker_url

LONGEST = 60 * 24 * 3600  # seconds: no board's hard limit is above; a delivery is repeated only long after it
SHORTEST = 3600  # seconds: of hard limits, since a worker's start may take minutes
SLACK = 3  # times what a board allows: a busy machine has been seen to take twice as long
HEARTBEAT = 10  # seconds between two signs of life of a running evaluation


class Nowhere(DisabledBackend):  # type: ignore[misc]
    """Keeps no results. A worker asks for a task's state before it stops it, and writes nothing of one that has begun."""

    def get_state(self, task_id: str) -> str:
        return str(states.STARTED)


app = Celery("claimcheck", broker=broker_url(), include=["runners.tasks"])
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=False,
    task_ignore_result=True,
    result_backend="runners.celery:Nowhere",
    result_expires=None,  # nothing is kept, so nothing is to be cleaned up
    task_default_queue="results",
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=20,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 2 * LONGEST,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    },
)


def hard_limit(board: Board) -> int:
    """Seconds after which a run hangs for certain: every play has used all that its board allows, on a busy machine."""
    play = board.limits.play_seconds + board.limits.evaluator_seconds
    return max(SHORTEST, int(SLACK * play * len(board.plays())))


@setup_logging.connect
def log_as_we_do(**_: Any) -> None:
    logs.set_up()
