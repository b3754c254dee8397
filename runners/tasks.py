"""The Celery end of an evaluation: fetch the code, start the evaluator, relay its events, leave nothing behind."""

import contextlib
import hashlib
import logging
import os
import queue
import subprocess
import time
import uuid
from collections.abc import Callable
from threading import Thread
from typing import Any

import redis
import requests
from celery import Task, signature
from celery.signals import worker_ready, worker_shutting_down

from papers import catalogue
from runners import broker, presence
from runners.celery import HARD_LIMIT, HEARTBEAT, app
from runners.events import Event, Failed
from runners.job import Job, events
from runners.provenance import device_name, versions
from runners.sandbox import Isolation, probe_isolation

log = logging.getLogger(__name__)

FETCH_TRIES, FETCH_SECONDS = 6, 10
CODE_BYTES = 4 << 20
PATIENT = {"max_retries": 40, "interval_start": 0.2, "interval_step": 0.5, "interval_max": 5}  # some three minutes


class Refused(Exception):
    """This worker can't do the job; the message says why and what helps. Ours, never the author's."""


@app.task(bind=True)
def evaluate(self: Task, *, run: int, attempt: int, job: dict[str, Any], report_to: dict[str, Any]) -> None:
    """Evaluate one attempt of a run and report every event to the signature `report_to`.

    job: task, tier, task_version, seeds, seed_key (hex), code_url, code_sha256, is_house. A second delivery of the same
    attempt does nothing.
    """
    execution = uuid.uuid4().hex
    client = broker.client()
    if not client.set(f"run:{run}:{attempt}", execution, nx=True, ex=2 * HARD_LIMIT):
        log.warning("run %s, attempt %s was delivered twice: the first delivery goes on", run, attempt)
        return
    report = Reporter(report_to, run=run, attempt=attempt, execution=execution)
    report({"type": "heartbeat"})
    client.set(running_key(self.request.hostname), run, ex=HARD_LIMIT)
    try:
        relay(prepared(job), report)
    except Refused as reason:
        report(ours("refused", str(reason)))
    finally:
        with contextlib.suppress(redis.exceptions.RedisError):
            client.delete(running_key(self.request.hostname))


class Reporter:
    """Sends events to the site, numbered; waits for a broker that is away for a while."""

    def __init__(self, report_to: dict[str, Any], **whose: Any) -> None:
        self._signature, self._whose, self._sequence = signature(report_to), whose, 0

    def __call__(self, event: Event) -> None:
        kwargs = {**self._whose, "sequence": self._sequence, "event": event}
        self._signature.clone(kwargs=kwargs).apply_async(retry=True, retry_policy=PATIENT)
        self._sequence += 1


def prepared(told: dict[str, Any]) -> Job:
    """The job with its code, if this worker may do it. Raises Refused."""
    version = catalogue.task(told["task"]).version if told["task"] in catalogue.all_tasks() else None
    if version != told["task_version"]:
        raise Refused(f"the worker has version {version} of {told['task']}, the site {told['task_version']}: update it")
    isolation = probe_isolation()
    if not isolation.ok and not told["is_house"]:
        raise Refused(f"this worker can't isolate uploads. {isolation.reason} {isolation.remedy}")
    return Job(
        task=told["task"],
        tier=told["tier"],
        code=fetch(told["code_url"], told["code_sha256"]),
        seed_key=bytes.fromhex(told["seed_key"]),
        device=os.environ.get("RUNNER_DEVICE", "cpu"),
        mode="sandbox" if isolation.ok else "bare",
        seeds=told["seeds"],
    )


def fetch(url: str, sha256: str) -> bytes:
    """Fetch code and check it. Raises Refused."""
    reason = ""
    for pause in range(FETCH_TRIES):
        try:
            with requests.get(url, timeout=FETCH_SECONDS, stream=True) as response:
                response.raise_for_status()
                code = response.raw.read(CODE_BYTES + 1, decode_content=True)
        except requests.RequestException as error:
            reason = f"{type(error).__name__}: {error}".replace(url, "its address")
            time.sleep(min(2**pause, 10) / 2)
            continue
        if hashlib.sha256(code).hexdigest() != sha256:
            raise Refused("the code that the site sent is not the code of this submission")
        return bytes(code)
    raise Refused(f"the code could not be fetched ({reason})")


def relay(job: Job, report: Callable[[Event], None]) -> None:
    """Do the job in an evaluator process and report what it says, with a heartbeat whenever it is silent."""
    process = job.start()
    lines: queue.Queue[Event | None] = queue.Queue(maxsize=1000)

    def read() -> None:
        for event in events(process):
            lines.put(event)
        lines.put(None)

    reader = Thread(target=read, daemon=True)
    reader.start()
    is_closed = False
    try:
        while (event := heard(lines)) is not None:
            report(event)
            is_closed = is_closed or event["type"] in ("finished", "failed")
        process.wait()
        if not is_closed:
            report(ours("internal", f"The evaluator ended with status {process.returncode} and no result."))
    finally:
        end(process)


def heard(lines: "queue.Queue[Event | None]") -> Event | None:
    try:
        return lines.get(timeout=HEARTBEAT)
    except queue.Empty:
        return {"type": "heartbeat"}


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill an evaluator: its sandboxes are tied to it."""
    process.kill()
    process.wait()


def ours(reason: Any, message: str) -> Failed:
    return {
        "type": "failed", "whose": "ours", "reason": reason, "message": message, "traceback": "", "case": "", "seed": 0,
    }  # fmt: skip


def running_key(worker: str) -> str:
    return f"running:{worker}"


@worker_ready.connect
def arrive(sender: Any, **_: Any) -> None:
    """Test the isolation and tell everybody that this worker is here. Not for a worker that serves only results."""
    queues = set(sender.app.amqp.queues.consume_from)
    if not queues & {"cpu", "gpu"}:
        return
    isolation = probe_isolation()
    if not isolation.ok:
        log.error("uploads will be refused: %s %s", isolation.reason, isolation.remedy)
    leave = presence.announce(lambda: describe(sender.hostname, queues, isolation))
    worker_shutting_down.connect(lambda **_: leave(), weak=False)


STARTED = time.time()


def describe(name: str, queues: set[str], isolation: Isolation) -> presence.Worker:
    device = os.environ.get("RUNNER_DEVICE", "cpu")
    try:
        run = broker.client().get(running_key(name))
    except redis.exceptions.RedisError:
        run = None
    return presence.Worker(
        name=name,
        queue="gpu" if "gpu" in queues else "cpu",
        device=device,
        device_name=device_name(device),
        isolation=isolation.level,
        isolation_ok=isolation.ok,
        reason=isolation.reason,
        remedy=isolation.remedy,
        versions=versions(),
        started=STARTED,
        run=int(run) if run else None,
    )
