"""Jobs on this very machine, without a server: what the command's verbs share."""

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace

from tqdm import tqdm

from papers.task import Board, House
from runners.commands.exits import Usage
from runners.evaluation import evaluate
from runners.events import Event
from runners.job import ONE_THREAD, Job, events
from runners.sandbox import probe_isolation
from runners.sandbox.gpu import find_gpus


def job_of(board: Board, house: House) -> Job:
    """The job that plays a house method, or an oracle, under the public key."""
    if house.kind == "oracle":
        return Job(task=board.task.slug, tier=board.tier.name, code=b"", oracle=house.slug)
    return Job(task=board.task.slug, tier=board.tier.name, code=board.task.code(house), house=house.slug)


def device(wanted: str) -> str:
    """ "cpu" or "cuda" for what was asked: "auto", "cpu" or "cuda". Raises Usage."""
    has_gpu = wanted != "cpu" and bool(find_gpus())
    if wanted == "cuda" and not has_gpu:
        raise Usage("there is no NVIDIA GPU here: use --device cpu")
    return "cuda" if wanted == "cuda" or (wanted == "auto" and has_gpu) else "cpu"


def require_isolation(remedy: str = "") -> None:
    """Raises Usage where this machine can't isolate."""
    isolation = probe_isolation()
    if not isolation.ok:
        raise Usage(f"{isolation.reason} {isolation.remedy} {remedy}".rstrip())


def happenings(job: Job) -> Iterator[Event]:
    """Do the job and say what happens, in an evaluator of its own unless it is to be in this process."""
    if job.mode != "inprocess":
        process = job.start(apart=True)
        try:
            yield from events(process)
        finally:
            process.kill()
            process.wait()
        return
    print("runners: no sandbox: this file may do what you may do", file=sys.stderr)  # noqa: T201
    os.environ.update(ONE_THREAD)  # torch, not yet loaded, reads them: the cost is that of a sandboxed run
    told: list[Event] = []
    evaluate(job, told.append)
    yield from told


def patiently(job: Job) -> Iterator[Event]:
    """The same for a house method: where it fails by a limit, what is left is played once more. One end is told.

    Its time was measured when the limits were set: it is the machine that failed.
    """
    done = list(job.done)
    for event in happenings(job):
        if failed_by_limit(event):
            yield from (again for again in happenings(replace(job, done=tuple(done))) if again["type"] != "started")
            return
        if event["type"] == "play":
            done.append((event["case"], event["seed"]))
        yield event


def failed_by_limit(event: Event) -> bool:
    return event["type"] == "failed" and event["whose"] == "author" and event["reason"] == "limit"


def with_progress(told: Iterable[Event], plays: int, *, name: str = "") -> Iterator[Event]:
    """Pass the events on, with a progress bar on the terminal."""
    with tqdm(total=plays, unit="play", disable=None, desc=name) as bar:
        for event in told:
            if event["type"] == "progress":
                bar.set_description(f"{name} {event['case']}, seed {event['seed']}".lstrip())
            elif event["type"] == "play":
                bar.update()
            elif event["type"] == "log":
                bar.write(event["text"].rstrip(), file=sys.stderr)
            yield event
