"""Plays a job on this machine and tells what happens while it does: in one evaluator, in several side by side, or in this
very process. Whoever is told may be interrupted; no evaluator outlives that.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from queue import SimpleQueue

from runners import local
from runners.evaluation import evaluate, failed
from runners.events import Event
from runners.inprocess import Surroundings, surroundings
from runners.job import ONE_THREAD, Job, events

Take = Callable[[Event], None]
WARNING = "claimcheck: no sandbox: this file may do what you may do"


def play(job: Job, take: Take, *, jobs: int = 1, around: Surroundings | None = None) -> int:
    """Play what the job asks for and is not done. Returns how many evaluators should come to their end."""
    if job.mode == "inprocess":
        play_here(job, take, around or Surroundings())
        return 1
    shares = shares_of(job, jobs)
    if len(shares) > 1:
        side_by_side(shares, take)
        return len(shares)
    for event in (local.patiently if job.house else local.happenings)(job):
        take(event)
    return 1


def play_here(job: Job, take: Take, around: Surroundings) -> None:
    if not around.make:
        print(WARNING, file=sys.stderr)  # noqa: T201
    os.environ.update(ONE_THREAD)  # torch, not yet loaded, reads them: the cost is that of a sandboxed run
    before = surroundings.set(around)
    try:
        evaluate(job, take)
    finally:
        surroundings.reset(before)


def shares_of(job: Job, jobs: int) -> list[Job]:
    """The job's plays dealt out in turn, at most so many shares and none of them empty."""
    plays = [(case.name, seed) for case, seed in job.plays()]
    hands = [set(plays[start::jobs]) for start in range(min(jobs, len(plays)))]
    return [replace(job, done=(*job.done, *(place for place in plays if place not in hand))) for hand in hands]


def side_by_side(shares: list[Job], take: Take) -> None:
    """One evaluator a share; the first failure ends them all."""
    told: SimpleQueue[Event | None] = SimpleQueue()
    running: list[subprocess.Popen[bytes]] = []
    threads = [threading.Thread(target=follow, args=(share, told, running), daemon=True) for share in shares]
    with all_ended(running):
        for thread in threads:
            thread.start()
        still = len(threads)
        while still:
            event = told.get()
            if event is None:
                still -= 1
                continue
            take(event)
            if event["type"] == "failed":
                return


def follow(share: Job, told: "SimpleQueue[Event | None]", running: list[subprocess.Popen[bytes]]) -> None:
    """Start an evaluator, which dies with this thread, and pass on what it says."""
    process = share.start(apart=True)
    running.append(process)
    is_over = False
    for event in events(process):
        is_over = is_over or event["type"] in ("finished", "failed")
        told.put(event)
    if not is_over:
        told.put(failed("ours", "internal", "The evaluator ended without a result."))
    told.put(None)


@contextmanager
def all_ended(running: list[subprocess.Popen[bytes]]) -> Iterator[None]:
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()
