"""The site's own processes, forked from one that has imported what they share: `python -m leaderboard.machine.family DOOR VOICE…`.

Each VOICE is NAME=FD: the pipe by which the processes of that name speak. Whichever ends is forked again, and no other; what keeps
ending ends all, and whoever started us is told. Nothing here has a thread, an open database or a broker: children open their own.
"""

import gc
import os
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path

from django.db import connections
from django.template.loader import get_template
from django.urls import get_resolver

import leaderboard
from leaderboard.celery import app  # sets Django up

# isort: split
from leaderboard.boards import references
from leaderboard.machine.supervisor import GAVE_UP, GaveUp, Service, keep_up, name_process, say, stop, tie_to
from leaderboard.machine.web import serve
from papers import catalogue
from runners.worker import work_off

WEB_PROCESSES = 2
TEMPLATES = Path(leaderboard.__file__).parent / "templates"
LATE = (  # what is imported only once it is needed, and always is
    "celery.apps.worker",
    "celery.app.amqp",
    "celery.app.control",
    "celery.app.events",
    "celery.app.log",
    "celery.concurrency.prefork",
    "celery.concurrency.solo",
    "celery.events.dispatcher",
    "celery.events.state",
    "celery.worker.autoscale",
    "celery.worker.components",
    "celery.worker.consumer",
    "celery.worker.strategy",
    "django.conf.locale.en_GB.formats",
    "django.contrib.messages.storage.fallback",
    "django.contrib.sessions.serializers",
    "django.db.models.sql.compiler",
    "django_celery_beat.schedulers",
    "kombu.transport.redis",
)


class Child:
    """What `Service` needs to know of a process, as subprocess.Popen would tell it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        until = time.monotonic() + (timeout if timeout is not None else float("inf"))
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("a forked process", timeout or 0)
            time.sleep(0.02)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


@dataclass
class Member(Service):
    """One process of the family."""

    work: Callable[[], None] = lambda: None
    voice: int = 1

    def start(self) -> None:
        parent = os.getpid()
        if pid := os.fork():
            self.process = Child(pid)
            return
        try:
            os.setsid()
            tie_to(parent, self.when_orphaned)
            self.become()
            self.work()
        except SystemExit as end:
            if isinstance(end.code, str):
                os.write(2, f"{end.code}\n".encode())
            os._exit(end.code if isinstance(end.code, int) else bool(end.code))
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)

    def become(self) -> None:
        """Take its name, its voice and its environment; signals mean what they mean to a new process."""
        name_process(self.name)
        for stream in (1, 2):
            os.dup2(self.voice, stream)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ.update(self.env)


def main() -> int:
    door = socket.socket(fileno=int(sys.argv[1]))
    voices = {name: int(number) for name, _, number in (voice.partition("=") for voice in sys.argv[2:])}
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    services: list[Service] = []
    try:
        import_everything()
        for member in members(door, voices):
            member.start()
            services.append(member)
        keep_up(services)
    except GaveUp as error:
        say("family", str(error))
        return GAVE_UP
    except KeyboardInterrupt:
        return 0
    finally:
        stop(services)
    return 0


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def import_everything() -> None:
    """What pages and tasks need, so that it is in memory once. A collection would write to every page that is shared."""
    _ = get_resolver().url_patterns
    app.loader.import_default_modules()
    for name in LATE:
        import_module(name)
    for path in TEMPLATES.rglob("*.html"):
        get_template(str(path.relative_to(TEMPLATES)))
    for board in catalogue.all_boards():
        references.recorded(board)
    connections.close_all()
    gc.collect()
    gc.freeze()


def members(door: socket.socket, voices: dict[str, int]) -> list[Member]:
    web = [Member("web", (), work=partial(serve, door), voice=voices["web"]) for _ in range(WEB_PROCESSES)]
    return [
        *web,
        worker("recorder", "results", "solo", voices["recorder"], CLOCK="yes"),
        worker("aside", "aside", "prefork", voices["aside"]),
    ]


def worker(name: str, queue: str, pool: str, voice: int, **env: str) -> Member:
    """A busy one ends at once by SIGQUIT; orphaned, all of its processes end only on SIGKILL."""
    member = Member(name, (), env, work=partial(work_for, queue, name, pool), voice=voice)
    member.stop_signal, member.when_orphaned = signal.SIGQUIT, signal.SIGKILL
    return member


def work_for(queue: str, name: str, pool: str) -> None:
    # Celery advises against root: methods never run as root here, and with root each gets a user number of its own.
    warnings.filterwarnings("ignore", "You're running the worker with superuser privileges")
    sys.exit(work_off(app, queue, name, pool=pool))


if __name__ == "__main__":
    sys.exit(main())
