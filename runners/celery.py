"""The Celery application: one broker, one queue per kind of device, and `results` for what comes back.

Delivery is only a hint here: the site's database owns every run, so messages may be lost or doubled without harm.
"""

from typing import Any

from celery import Celery
from celery.signals import setup_logging

from runners import logs
from runners.broker import broker_url

HARD_LIMIT = 6 * 3600  # seconds: the longest run of any task; a delivery is repeated only long after it
HEARTBEAT = 10  # seconds between two signs of life of a running evaluation

app = Celery("claimcheck", broker=broker_url(), include=["runners.tasks"])
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=False,
    task_ignore_result=True,
    result_expires=None,  # nothing is kept, so nothing is to be cleaned up
    task_default_queue="results",
    task_time_limit=HARD_LIMIT,
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=20,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 2 * HARD_LIMIT,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    },
)


@setup_logging.connect
def log_as_we_do(**_: Any) -> None:
    logs.set_up()
