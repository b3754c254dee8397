"""A worker of one queue: `python -m runners.worker QUEUE NAME`.

It is what `celery -A runners worker -Q QUEUE -n NAME@%h --concurrency 1` starts, without what Celery's command line imports.
"""

import logging
import sys

from celery import Celery
from celery.concurrency import get_implementation
from celery.utils.nodenames import default_nodename, host_format

from runners.celery import app


def work_off(own: Celery, queue: str, name: str, *, pool: str = "prefork") -> int:
    """Take from a queue until a signal comes; its exit status."""
    worker = own.Worker(
        hostname=host_format(default_nodename(f"{name}@%h")),
        pool_cls=get_implementation(pool),
        loglevel=logging.WARNING,
        queues=[queue],
        concurrency=1,
        quiet=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


if __name__ == "__main__":
    sys.exit(work_off(app, *sys.argv[1:3]))
