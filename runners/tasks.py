"""The Celery end of an evaluation: fetch the code, start the evaluator, relay its events, leave nothing behind."""

import hashlib
import logging
import os
import queue
import time
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from threading import Thread
from typing import Any

import psutil
import requests
from celery import Task, signature
from celery.signals import worker_ready, worker_shutting_down

from papers import catalogue
from runners import deliveries, logs, presence
from runners.card import Card, abandon
from runners.celery import HEARTBEAT, app
from runners.events import Event, Failed
from runners.job import Job, events
from runners.provenance import device_name, versions
from runners.sandbox import Isolation, probe_isolation
from runners.warm import Warm

log = logging.getLogger(__name__)

FETCH_TRIES, FETCH_SECONDS = 40, 10  # a site that is away for some three minutes costs no attempt
CODE_BYTES = 4 << 20
SMALL = ("progress", "play", "log")  # events that wait for others: to record one costs as much as to record many
GATHERING, MOST_GATHERED = 1.0, 50  # seconds and events
WARM = Warm()  # of this worker process
PATIENT = {"max_retries": 40, "interval_start": 0.2, "interval_step": 0.5, "interval_max": 5}  # some three minutes


class Refused(Exception):
    """This worker can't do the job; the message says why and what helps. Ours, never the author's."""


class Over(Exception):
    """The site wants nothing more of this attempt: it was cancelled, given back, or belongs to another execution."""


@app.task(bind=True)
def evaluate(self: Task, *, run: int, attempt: int, job: dict[str, Any], report_to: dict[str, Any]) -> None:
    """Evaluate one attempt of a run and report every event to the signature `report_to`.

    job: task, tier, task_version, seeds, attempt_url, code_sha256, oracle, is_house. Code and seed key come from the site:
    a broker keeps no secrets. A second delivery of the same attempt does nothing.
    """
    execution = uuid.uuid4().hex
    with logs.about(run=run, attempt=attempt):
        if not deliveries.begin(run, attempt, execution):
            log.warning("delivered twice: the first delivery goes on")
            return
        log.info("begins")
        report = Reporter(report_to, run=run, attempt=attempt, execution=execution, worker=self.request.hostname)
        report({"type": "heartbeat"})
        try:
            todo = prepared(job, report)
            relay(todo, partial(doubting, report, self.request.hostname) if todo.device == "cuda" else report)
        except Refused as reason:
            log.warning("refused: %s", reason)
            report(ours("refused", str(reason)))
        except Over:
            log.info("the site wants nothing more of this attempt")
        finally:
            presence.vacate(self.request.hostname, run)


class Reporter:
    """Sends events to the site, numbered; waits for a broker that is away for a while."""

    def __init__(self, report_to: dict[str, Any], *, worker: str, **whose: Any) -> None:
        self._signature, self._worker, self.whose, self._sequence = signature(report_to), worker, whose, 0

    def __call__(self, event: Event) -> None:
        presence.occupy(self._worker, self.whose["run"])
        kwargs = {**self.whose, "sequence": self._sequence, "event": event}
        self._signature.clone(kwargs=kwargs).apply_async(retry=True, retry_policy=PATIENT)
        self._sequence += 1


def doubting(report: Callable[[Event], None], worker: str, event: Event) -> None:
    """Report an event of a GPU's run; where the failure is ours, the worker is to try its card before the next one."""
    if event["type"] == "failed" and event["whose"] == "ours":
        presence.retire(worker, event["message"])
    report(event)


def prepared(told: dict[str, Any], report: Reporter) -> Job:
    """The job with its code, if this worker may do it. Raises Refused, Over."""
    version = catalogue.task(told["task"]).version if told["task"] in catalogue.all_tasks() else None
    if version != told["task_version"]:
        raise Refused(f"the worker has version {version} of {told['task']}, the site {told['task_version']}: update it")
    device = os.environ.get("RUNNER_DEVICE", "cpu")
    isolation = probe_isolation(device)
    if not isolation.ok and not told["is_house"]:
        raise Refused(f"this worker can't isolate uploads. {isolation.reason} {isolation.remedy}")
    code, seed_key = fetch(told["attempt_url"], report)
    if (hashlib.sha256(code).hexdigest() if code else "") != told["code_sha256"]:
        raise Refused("the code that the site sent is not the code of this submission")
    return Job(
        oracle=told["oracle"],
        salt=None if told["is_house"] else told["code_sha256"],  # a file can read all of itself, what means nothing too
        run=report.whose["run"],
        task=told["task"],
        tier=told["tier"],
        code=code,
        seed_key=seed_key,
        device=device,
        mode="sandbox" if isolation.ok else "bare",
        seeds=told["seeds"],
    )


def fetch(attempt_url: str, report: Reporter) -> tuple[bytes, bytes]:
    """Take the attempt: its code, empty for an oracle, from the address that the site gives for some minutes; its seed key.

    Waits for a site that is away, with signs of life. Raises Refused, Over.
    """
    reason = ""
    for number in range(FETCH_TRIES):
        try:
            attempt = requests.get(attempt_url, {"execution": report.whose["execution"]}, timeout=FETCH_SECONDS)
            if attempt.status_code == requests.codes.gone:
                raise Over
            if attempt.status_code == requests.codes.not_found:
                raise Refused(
                    "the site does not know this attempt: did its SECRET_KEY change, or does SITE_URL name another?"
                )
            attempt.raise_for_status()
            answer = attempt.json()
            return download(answer["code_url"]), bytes.fromhex(answer["seed_key"])
        except KeyError as missing:
            raise Refused(f"the site sent no {missing}: it is older than this worker, update it") from None
        except requests.RequestException as error:
            # The addresses are keys to the code: they stay out of messages.
            status = getattr(error.response, "status_code", None)
            reason = f"status {status}" if status else type(error).__name__
            report({"type": "heartbeat"})
            time.sleep(min(2**number, 10) / 2)
    raise Refused(f"the code could not be fetched ({reason}): is SITE_URL right, and reachable from this worker?")


def download(url: str) -> bytes:
    """The body of an answer, up to a limit. Raises requests.RequestException."""
    with requests.get(url, timeout=FETCH_SECONDS, stream=True) as response:
        response.raise_for_status()
        return bytes(response.raw.read(CODE_BYTES + 1, decode_content=True))


def relay(job: Job, report: Callable[[Event], None]) -> None:
    """Do the job in an evaluator process and report what it says, with a heartbeat when it is silent and alive."""
    process = WARM.start(job)
    lines: queue.Queue[Event | None] = queue.Queue(maxsize=1000)

    def read() -> None:
        try:
            for event in events(process):
                lines.put(event)
        except ValueError:  # a line cut short: the evaluator was killed while it wrote
            log.warning("the evaluator's last line is no event")
        finally:
            lines.put(None)

    reader = Thread(target=read, daemon=True)
    reader.start()
    is_closed, signs = False, SignsOfLife(process.pid)
    try:
        for event in gathered(lines):
            if signs.pid != process.pid:  # forked meanwhile
                signs = SignsOfLife(process.pid)
            if event["type"] == "heartbeat" and signs.are_gone():
                report(
                    ours(
                        "internal",
                        "The evaluator hangs: for two minutes it has done nothing, as under a driver that hangs.",
                    )
                )
                return
            report(event)
            is_closed = is_closed or event["type"] in ("finished", "failed")
        process.wait()
        if not is_closed:
            report(ours("internal", f"The evaluator ended with status {process.returncode} and no result."))
    finally:
        abandon(process)  # its sandboxes are tied to it


def gathered(lines: "queue.Queue[Event | None]") -> Iterator[Event]:
    """What is said, as it is reported: small things that come within GATHERING seconds as one, in their order. A heartbeat
    where nothing is said for long."""
    waiting: list[Event] = []
    due = 0.0
    while True:
        try:
            event = lines.get(timeout=max(0.0, due - time.monotonic()) if waiting else HEARTBEAT)
        except queue.Empty:
            yield as_one(waiting) if waiting else {"type": "heartbeat"}
            waiting = []
            continue
        is_small = event is not None and event["type"] in SMALL
        if waiting and (not is_small or len(waiting) == MOST_GATHERED):
            yield as_one(waiting)
            waiting = []
        if event is None:
            return
        if not is_small:
            yield event
            continue
        due = due if waiting else time.monotonic() + GATHERING
        waiting.append(event)


def as_one(events: list[Event]) -> Event:
    return events[0] if len(events) == 1 else {"type": "batch", "events": events}


class SignsOfLife:
    """Of a silent evaluator. While it waits for a method it wakes to look at the clock: one that neither wakes nor computes
    hangs, within the kernel or in a lock."""

    LOOKS = 12  # two minutes: a slow disk is no hanging driver

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._signs: tuple[float, ...] = ()
        self._idle = 0

    def are_gone(self) -> bool:
        """Look once more."""
        try:
            process = psutil.Process(self.pid)
            signs = (*process.num_ctx_switches(), *process.cpu_times()[:2])
        except psutil.Error:
            return False  # it ended: its pipe will say so
        self._idle = self._idle + 1 if signs == self._signs else 0
        self._signs = signs
        return self._idle >= self.LOOKS


def ours(reason: Any, message: str) -> Failed:
    return {
        "type": "failed", "whose": "ours", "reason": reason, "message": message, "traceback": "", "case": "", "seed": 0,
    }  # fmt: skip


@worker_ready.connect
def arrive(sender: Any, **_: Any) -> None:
    """Test the isolation and tell everybody that this worker is here. Not for a worker that serves only results."""
    queues = set(sender.app.amqp.queues.consume_from)
    if not queues & {"cpu", "gpu"}:
        return
    card = take_card(sender) if os.environ.get("RUNNER_DEVICE") == "cuda" else None
    isolation = probe_isolation("cuda" if card and not card.trouble else "cpu")
    if not isolation.ok:
        log.error("uploads will be refused: %s %s", isolation.reason, isolation.remedy)
    slots = sender.controller.concurrency
    leave = presence.announce(lambda: describe(sender.hostname, queues, isolation, slots, card.trouble if card else ""))
    worker_shutting_down.connect(lambda **_: leave(), weak=False)


def take_card(consumer: Any) -> Card:
    """This worker's GPU, tried out: while something is wrong with it, no run is taken from the queue."""
    name = consumer.hostname
    card = Card(
        name,
        stop_taking=lambda: app.control.cancel_consumer("gpu", destination=[name]),
        go_on_taking=lambda: app.control.add_consumer("gpu", destination=[name]),
    )
    card.take()
    if card.trouble:  # at once: a word through the broker would come after the first message
        consumer.cancel_task_queue("gpu")
    worker_shutting_down.connect(lambda **_: card.leave(), weak=False)
    return card


STARTED = time.time()


def describe(name: str, queues: set[str], isolation: Isolation, slots: int, trouble: str) -> presence.Worker:
    device = os.environ.get("RUNNER_DEVICE", "cpu")
    return presence.Worker(
        name=name,
        queue="gpu" if "gpu" in queues else "cpu",
        device=device,
        device_name="a GPU" if trouble else device_name(device),  # what hangs is not asked for its name
        isolation=isolation.level,
        isolation_ok=isolation.ok,
        reason=isolation.reason,
        remedy=isolation.remedy,
        versions=versions(),
        started=STARTED,
        slots=slots,
        runs=presence.occupied(name),
        trouble=trouble,
    )
