"""The evaluator process: one job on stdin, one event a line on stdout.

Trusted, with ground truth; without a database, a broker or their credentials.
"""

import ctypes
import json
import os
import signal
import sys
from typing import Any

from runners import logs
from runners.evaluation import evaluate
from runners.job import Job
from runners.known import Known
from runners.sandbox import Borrower

PR_SET_PDEATHSIG = 1


def main() -> int:
    tie_to(int(sys.argv[1]))
    return work()


def work(borrower: Borrower | None = None) -> int:
    """Do the job that stdin brings, with what this process may borrow; returns the exit status."""
    job = Job.from_json(json.load(sys.stdin.buffer))
    # Events get a channel of their own: what a library prints must not land among them.
    channel = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def emit(event: Any) -> None:
        channel.write(json.dumps(event, allow_nan=False) + "\n")

    Known(job.seed_key).install(job.board.task)
    logs.set_up()
    with logs.about(run=job.run):
        return 0 if evaluate(job, emit, borrower) else 1


def tie_to(parent: int) -> None:
    """Die with the parent, at once and whatever happens to it; the sandboxes die with this process."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the parent is gone")


if __name__ == "__main__":
    sys.exit(main())
