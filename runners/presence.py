"""Who is there: every worker keeps a short-lived note of itself beside the broker, and anybody may read them."""

import contextlib
import json
import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from threading import Event, Thread
from typing import Any

import redis

from runners import broker

log = logging.getLogger(__name__)

PREFIX = "worker:"
RUNNING = "running:"
RETIRED = "retired:"
INTERVAL = 5.0  # seconds between two notes
RETIREMENT = 3600  # seconds: a worker looks at its note every INTERVAL
LIFETIME = 20  # seconds: a worker that says nothing for so long is gone


@dataclass(frozen=True)
class Worker:
    """A worker as it describes itself. Times are seconds since the epoch."""

    name: str
    queue: str  # "cpu", "gpu"
    device: str  # "cpu", "cuda"
    device_name: str
    isolation: str
    isolation_ok: bool
    reason: str  # why it can't isolate, or ""
    remedy: str
    versions: dict[str, str] = field(default_factory=dict)
    started: float = 0.0
    seen: float = 0.0
    slots: int = 1  # how many runs it takes at once
    runs: tuple[int, ...] = ()  # that it evaluates now
    trouble: str = ""  # why it takes no runs at present


def present() -> list[Worker]:
    """Every living worker, by name. Raises redis.exceptions.RedisError."""
    client = broker.client(patience=broker.PATIENCE)
    notes = [client.get(key) for key in client.scan_iter(f"{PREFIX}*", count=100)]
    return sorted((worker_of(json.loads(note)) for note in notes if note), key=lambda worker: worker.name)


def worker_of(note: dict[str, Any]) -> Worker:
    """The worker that wrote a note, without what only newer ones say of themselves."""
    known = {item.name for item in fields(Worker)}
    return Worker(**{name: value for name, value in note.items() if name in known})


def occupy(worker: str, run: int) -> None:
    """Note what a worker evaluates; the note fades unless it is renewed. Without a broker nobody reads it anyway."""
    with contextlib.suppress(redis.exceptions.RedisError):
        broker.client().set(f"{RUNNING}{worker}:{run}", "", ex=LIFETIME)


def vacate(worker: str, run: int) -> None:
    with contextlib.suppress(redis.exceptions.RedisError):
        broker.client().delete(f"{RUNNING}{worker}:{run}")


def occupied(worker: str) -> tuple[int, ...]:
    """The runs that a worker evaluates now; none where the broker can't be asked."""
    try:
        keys = list(broker.client().scan_iter(f"{RUNNING}{worker}:*", count=100))
    except redis.exceptions.RedisError:
        return ()
    return tuple(sorted(int(key.rpartition(b":")[2]) for key in keys))


def retire(worker: str, reason: str) -> None:
    """Note that a worker's GPU failed under a run, for the worker to see; "" where it is well again."""
    with contextlib.suppress(redis.exceptions.RedisError):
        if reason:
            broker.client().set(f"{RETIRED}{worker}", reason, ex=RETIREMENT)
        else:
            broker.client().delete(f"{RETIRED}{worker}")


def retirement(worker: str) -> str:
    """Why a worker's GPU is not to be trusted, or ""."""
    try:
        note = broker.client().get(f"{RETIRED}{worker}") or b""
    except redis.exceptions.RedisError:
        return ""
    return note if isinstance(note, str) else note.decode()


def announce(describe: Callable[[], Worker]) -> Callable[[], None]:
    """Keep a worker's note fresh from a thread; returns the function that ends it and takes the note away."""
    stopped = Event()

    def keep() -> None:
        while not stopped.is_set():
            worker = describe()
            note = json.dumps({**asdict(worker), "seen": time.time()})
            try:
                broker.client().set(f"{PREFIX}{worker.name}", note, ex=LIFETIME)
            except redis.exceptions.RedisError as error:
                log.warning("the broker is away, nobody sees this worker: %s", error)
            stopped.wait(INTERVAL)

    def leave() -> None:
        stopped.set()
        thread.join(INTERVAL)
        with contextlib.suppress(redis.exceptions.RedisError):
            broker.client().delete(f"{PREFIX}{describe().name}")

    thread = Thread(target=keep, daemon=True, name="presence")
    thread.start()
    return leave
