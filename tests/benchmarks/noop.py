"""A worker whose evaluations say at once that every play is done: `celery -A tests.benchmarks.noop worker -Q cpu`.

All else is as it is: the queue, the attempt that is taken from the site, the events and who records them.
"""

from collections.abc import Callable

from runners import tasks
from runners.celery import app
from runners.events import Event
from runners.job import Job

SPENT = {"seconds": 0.0, "cpu_seconds": 0.0, "gpu_seconds": 0.0, "memory_bytes": 0, "gpu_memory_bytes": None}


def relay(job: Job, report: Callable[[Event], None]) -> None:
    plays, metrics = job.plays(), [metric.name for metric in job.board.task.metrics]
    report(
        {
            "type": "started",
            "plays": len(plays),
            "device": "cpu",
            "device_name": "none",
            "isolation": "none",
            "left_out": {},
            "provenance": {"seeds": job.board.seeds},
        }
    )
    played = [
        {
            "type": "play",
            "case": case.name,
            "seed": seed,
            "scores": dict.fromkeys(metrics, 0.0),
            "spent": SPENT,
            "evaluator_seconds": 0.0,
            "data": {},
        }
        for case, seed in plays
    ]
    for start in range(0, len(played), tasks.MOST_GATHERED):
        report(tasks.as_one(played[start : start + tasks.MOST_GATHERED]))
    report(
        {
            "type": "finished",
            "plays": len(plays),
            "artefacts": 0,
            "spent": SPENT,
            "evaluator_seconds": 0.0,
            "data": {},
        }
    )


tasks.relay = relay

__all__ = ["app"]
