"""Start the harness inside bubblewrap, and end it: no way of ending anything here leaves a process behind."""

import contextlib
import ctypes
import itertools
import json
import os
import platform
import select
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from papers.task import Limits
from runners.sandbox import bubblewrap, seccomp
from runners.sandbox.bubblewrap import Box
from runners.sandbox.cgroup import Cgroup
from runners.sandbox.channel import Process
from runners.sandbox.errors import SandboxError
from runners.sandbox.gpu import Gpu
from runners.sandbox.owner import Owner, end_marked
from runners.sandbox.slots import Slot

ROOM = 1 << 30  # bytes of address space beside the method's memory: what it imports itself is mapped, not used
FILE_BYTES, OPEN_FILES = 256 << 20, 256
INFO_SECONDS = 20.0  # bubblewrap needs 0.01
START_CPU = 60  # seconds that imports may take beside the play
PR_SET_PDEATHSIG = 1
PROJECT = Path(__file__).parents[2]
_libc = ctypes.CDLL(None, use_errno=True)
_numbers = itertools.count()


@dataclass
class Inmate:
    """A running harness with what has to be given back when it ends. `inner` is process 1 of its pid namespace."""

    process: Process
    inner: int  # pid seen from outside
    inner_handle: int  # pidfd: stays right when the number is used again; -1 without isolation
    group: Cgroup | None
    slot: Slot | None
    gpu: Gpu | None
    folder: str = ""  # where a bare one's file lies
    base_bytes: int = 0  # memory that it had before it came into its group, where it was forked

    @property
    def is_isolated(self) -> bool:
        return self.inner_handle >= 0

    def status(self, seconds: float = 1) -> int | None:
        """How the method's process ended by itself; None where it hasn't within this time.

        From bubblewrap it is 128 + n for signal n; a negative number means that bubblewrap itself was killed.
        """
        try:
            return self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return None

    def end(self) -> None:
        """Kill everything and wait for it."""
        if self.is_isolated:  # the inner process first: its whole pid namespace goes with it
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.inner_handle, signal.SIGKILL)
            _await(self.inner_handle)
            os.close(self.inner_handle)
            self.inner_handle = -1
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        if self.group:
            self.group.remove()
        if self.slot:
            self.slot.close()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)


def start_isolated(*, limits: Limits, gpu: Gpu | None, kit: str | None, preload: tuple[str, ...]) -> Inmate:
    """Start bubblewrap with the harness in it. Raises SandboxError with the reason where that doesn't go."""
    require_main_thread()
    machine = seccomp.this_machine()
    if machine is None:
        known = " and ".join(seccomp.MACHINES)
        raise SandboxError(f"the system call filter knows {known} only, this machine is {platform.machine()}")
    path = bubblewrap.find_bubblewrap()
    if gpu:
        gpu.require_nodes()
    slot = Slot() if os.geteuid() == 0 else None
    group = Cgroup.create(memory_bytes=limits.memory_bytes, processes=limits.processes)
    box = Box(uid=slot.uid if slot else None, kit=kit, gpu=gpu)
    try:
        process, inner = _bubblewrap(
            path, box=box, group=group, machine=machine, settings=settings_of(limits, bool(gpu), preload)
        )
    except BaseException:
        if group:
            group.remove()
        if slot:
            slot.close()
        raise
    return Inmate(process, *inner, group, slot, gpu)


def start_bare(*, limits: Limits, on_gpu: bool, preload: tuple[str, ...]) -> Inmate:
    """Start the harness as an ordinary process: for the house's own methods only, there is no isolation."""
    folder = tempfile.mkdtemp(prefix="method-")
    settings = {
        "rlimits": {"CORE": 0, "CPU": cpu_backstop(limits, on_gpu)},
        "preload": preload,
        "landlock": False,
        "more_addresses": None,
        "frame_bytes": limits.frame_bytes,
        "folder": folder,
        "device": "cuda" if on_gpu else "cpu",
    }
    process = _popen(
        [*bubblewrap.PYTHON, json.dumps(settings)],
        env={**bubblewrap.ENVIRONMENT, **_passed_on(), "PYTHONPATH": f"{PROJECT}{os.pathsep}{folder}"},
        cwd="/",
        start_new_session=True,
        preexec_fn=die_with_parent(()),
    )
    return Inmate(process, process.pid, -1, None, None, None, folder)


def cpu_backstop(limits: Limits, on_gpu: bool) -> int:
    """CPU-seconds after which the kernel ends a process that nobody looks at: more than the clock allows in any case.

    Imports before the clock starts come on top. On a GPU the clock counts wall time, in which many threads may work.
    """
    return int(limits.play_seconds * (limits.patience if on_gpu else 1.0)) + START_CPU


def _passed_on() -> dict[str, str]:
    return {name: os.environ[name] for name in ("CUDA_VISIBLE_DEVICES", "TMPDIR", "PAPERS_PATH") if name in os.environ}


def require_main_thread() -> None:
    # The kernel ends bubblewrap when the thread that started it ends, not the process.
    if threading.current_thread() is not threading.main_thread():
        raise SandboxError("a sandbox must be started from the main thread")


def settings_of(limits: Limits, gpu: bool, preload: tuple[str, ...]) -> str:
    rlimits = {
        "CORE": 0,
        "CPU": cpu_backstop(limits, gpu),
        "NPROC": limits.processes,
        "NOFILE": OPEN_FILES,
        "FSIZE": FILE_BYTES,
        "MEMLOCK": 64 << 10,
        "MSGQUEUE": 0,
    }
    settings = {"rlimits": rlimits, "preload": preload, "landlock": True, "frame_bytes": limits.frame_bytes}
    settings["more_addresses"] = None if gpu else limits.memory_bytes + ROOM  # CUDA reserves huge ranges of addresses
    return json.dumps({**settings, "folder": bubblewrap.FOLDER, "device": "cuda" if gpu else "cpu"})


def _bubblewrap(
    path: str, *, box: Box, group: Cgroup | None, machine: seccomp.Machine, settings: str
) -> tuple[subprocess.Popen[bytes], tuple[int, int]]:
    """Start it and learn its inner process, as (pid, pidfd)."""
    mark = new_mark()
    filter_fd = os.memfd_create("seccomp")
    info, info_end = os.pipe()
    doors = group.doors() if group else []
    try:
        os.write(filter_fd, seccomp.program(machine, have_cgroup=group is not None, gpu=box.gpu is not None))
        os.lseek(filter_fd, 0, os.SEEK_SET)
        arguments = bubblewrap.command(box, seccomp_fd=filter_fd, info_fd=info_end, settings=settings)
        process = _popen(
            [mark, *arguments],
            executable=path,
            env={},  # bubblewrap is process 1 inside: its environment is the method's to read
            cwd="/",
            pass_fds=(filter_fd, info_end),
            preexec_fn=die_with_parent(doors),
        )
    finally:
        for fd in (filter_fd, info_end, *doors):
            os.close(fd)
    return process, first_of(process, info, mark)


def new_mark() -> str:
    """The title of another sandbox of ours."""
    return Owner.me().mark(next(_numbers))


def first_of(process: subprocess.Popen[bytes], info: int, mark: str) -> tuple[int, int]:
    """Process 1 behind bubblewrap's walls, as (pid, pidfd). Raises SandboxError where bubblewrap refused."""
    try:
        first = int(json.loads(_told(info))["child-pid"])
        return first, os.pidfd_open(first)
    except (ValueError, KeyError, ProcessLookupError):
        process.kill()
        end_marked(mark)
        raise SandboxError(f"bubblewrap refused: {_last_words(process)}") from None


def _told(info: int) -> bytes:
    """What bubblewrap writes about itself; nothing where it stays silent."""
    text = b""
    with os.fdopen(info, "rb", buffering=0) as pipe:
        while select.select([pipe], [], [], INFO_SECONDS)[0] and (part := pipe.read(4096)):
            text += part
    return text


def _popen(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0, **options)


def die_with_parent(doors: tuple[int, ...] | list[int]) -> Callable[[], None]:
    """What the child does before it becomes bubblewrap: tie its life to ours and enter its control groups."""
    parent = os.getpid()

    def before_exec() -> None:
        if hasattr(_libc, "prctl"):  # not on macOS, where only house methods run
            _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        for door in doors:
            os.write(door, b"0")

    return before_exec


def _last_words(process: subprocess.Popen[bytes]) -> str:
    words = process.communicate()[1].decode(errors="replace").strip().splitlines()
    return words[-1][:500] if words else f"exit status {process.returncode}"


def _await(handle: int, seconds: float = 2) -> None:
    """Wait until a process that isn't our child has ended; whoever inherited it may reap it later."""
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    poll.poll(seconds * 1000)
