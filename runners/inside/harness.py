"""Runs inside the sandbox, beside the method: reads calls, makes them, writes answers.

Trusted only until the method's code arrives; after that everything this process says is the method's claim, and nothing
here defends anything. It imports the standard library, numpy (through the wire) and, for the method, the task's kit.
The one argument is a JSON object: `rlimits` {name: value}, `preload` [module, ...], `landlock` true or false,
`frame_bytes` the largest answer, `folder` where the method's file is written, `device` "cpu" or "cuda",
`more_addresses` how many bytes of address space the method may take beside what is there when it comes, null for any.

The file is a real one, imported by the usual machinery from a folder on the path: processes that the method starts can
import it too, and `inspect` and `open(__file__)` find it. What Python itself draws is fixed: the environment brings
PYTHONHASHSEED, and the global generators are seeded with the method's seed.
"""

import contextlib
import errno
import faulthandler
import fcntl
import importlib
import json
import os
import random
import resource
import signal
import sys
import traceback
import types
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from runners.inside import landlock, wire

T = TypeVar("T")
FILE = "method.py"
FRAMES_SHOWN = 30
NO_MORE = " (in a sandbox a play may have so many processes and threads at once, and no more)"
UNLIMITED = 1 << 40  # bytes: what the evaluator sends is not distrusted; the memory limit holds anyway


class Pipes:
    """The two frame pipes, moved away from where print and input would find them."""

    def __init__(self, frame_bytes: int) -> None:
        self._limit = frame_bytes
        self._ahead = wire.ReadAhead(lambda view: os.readv(self.inbound, [view]))
        self.inbound = fcntl.fcntl(0, fcntl.F_DUPFD_CLOEXEC, 100)
        self.outbound = fcntl.fcntl(1, fcntl.F_DUPFD_CLOEXEC, 100)
        os.dup2(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC), 0)
        os.dup2(2, 1)

    def read(self) -> wire.Frame:
        return wire.read(self._ahead.fill, limit=UNLIMITED)

    def write(self, word: str, call: str, value: Any) -> None:
        for buffer in wire.pack(wire.Frame(word, call, value), limit=self._limit):
            rest = memoryview(buffer)
            while rest:
                rest = rest[os.write(self.outbound, rest) :]


def main() -> None:
    play(json.loads(sys.argv[1]))


def play(settings: dict[str, Any]) -> None:
    """Set the limits, import what is asked for, and serve one method. Never returns."""
    for name, value in settings["rlimits"].items():
        # A CPU limit alone is told by a signal of its own, SIGXCPU, before the kernel kills.
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value + 5 * (name == "CPU")))
    pipes = Pipes(settings["frame_bytes"])
    sys.stdout = open(1, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    faulthandler.enable()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where a shell started the worker behind "&"
    folder = settings["folder"]
    # CUDA names its threads by writing into /proc, whose settings stay closed by their own permissions.
    named = ("/proc",) if settings["device"] == "cuda" else ()
    layers = landlock.restrict(writable=("/tmp", "/dev", folder), rewritable=named) if settings["landlock"] else 0  # noqa: S108
    try:
        pipes.write("ready", "", {"landlock": layers})
        trouble = preload(settings["preload"], settings["device"])
        if settings["more_addresses"] is not None:
            _limit_addresses(settings["more_addresses"])
        _serve(pipes, folder, trouble)
    except (EOFError, BrokenPipeError):
        pass  # the evaluator is gone or done with us
    os._exit(0)  # no atexit, no __del__, no waiting for threads


def _limit_addresses(more: int) -> None:
    """Allow so many bytes of addresses beside those in use: a torch that was built for CUDA takes many GiB for itself."""
    with open("/proc/self/statm") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + more, used + more))


def preload(modules: Sequence[str], device: str) -> str:
    """Import what the method will probably want, before its clock starts. Returns what keeps CUDA from starting, or ""."""
    for name in modules:
        with contextlib.suppress(BaseException):  # the method's own import will raise it again, as its failure
            importlib.import_module(name)
    torch, numba = sys.modules.get("torch"), sys.modules.get("numba")
    if torch and device == "cuda":
        try:
            _start_cuda(torch)
        except Exception as error:
            return f"{type(error).__name__}: {_one_line(error)}"
    with contextlib.suppress(BaseException):
        if torch:
            warm_torch(torch, device)
    with contextlib.suppress(BaseException):
        if numba:
            _warm_numba(numba)
    return ""


def _start_cuda(torch: Any) -> None:
    """Make the context, and let the libraries for products and convolutions load: seconds that no method is to pay.

    What can be computed the same way every time is, from here on; where nothing else is there, torch warns.
    """
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.backends.cudnn.benchmark = False
    ones = torch.ones(8, 8, device="cuda")
    torch.nn.functional.conv2d(ones[None, None], ones[None, None, :3, :3])
    if float((ones @ ones).sum()) != 8.0**3:
        raise ArithmeticError("the GPU multiplies wrongly")
    del ones
    torch.cuda.empty_cache()  # what the method puts there is seen from outside


def warm_torch(torch: Any, device: str) -> None:
    """Step an optimiser once: torch imports a second's worth of compilers then. No random number is drawn."""
    weight = torch.nn.Parameter(torch.zeros(1, device=device))
    weight.grad = torch.zeros(1, device=device)
    optimiser = torch.optim.Adam([weight])
    optimiser.step()
    optimiser.zero_grad()


def _warm_numba(numba: Any) -> None:
    """Compile one line: numba imports its implementations of Python and numpy, a second's worth, with the first function."""
    numba.njit(lambda numbers: numbers[0])(np.zeros(1))


def _serve(pipes: Pipes, folder: str, trouble: str) -> None:
    """trouble: what was wrong with the machine before the code came, which then isn't run."""
    method: Any = None
    while True:
        frame = pipes.read()
        if frame.word == "load":
            if trouble:
                pipes.write("begun", frame.call, trouble)
                return
            path = os.path.join(folder, FILE)
            with open(path, "wb") as file:
                file.write(frame.value["code"].tobytes())
            _seed(frame.value["seed"])
            pipes.write("begun", frame.call, "")
            method, failure = _load(frame.value)
            _reply(pipes, frame.call, failure, _defined(method, frame.value["optional"]))
        else:
            value, failure = _call(method, frame.value)
            _reply(pipes, frame.call, failure, value)


def _seed(seed: int) -> None:
    """Seed the generators that whole processes share, so that a method which draws from them repeats itself."""
    random.seed(seed)
    np.random.seed(seed % (1 << 32))
    if torch := sys.modules.get("torch"):
        torch.manual_seed(seed)


def _defined(method: Any, names: Sequence[str]) -> list[str]:
    """Those of the optional calls that the method defines."""
    return [name for name in names if callable(getattr(type(method), name, None))]


def _reply(pipes: Pipes, call: str, failure: dict[str, str] | None, value: Any) -> None:
    if failure is None:
        try:
            pipes.write("answer", call, value)
            return
        except (TypeError, ValueError) as error:
            failure = {
                "reason": "answer",
                "message": f"The answer can't be sent: {error}. Return numpy arrays, numbers, text, lists or dicts.",
                "traceback": "",
            }
        except OSError:
            raise
        except BaseException as error:
            failure = _failure("exception", error)
    pipes.write("error", call, failure)


def _load(value: dict[str, Any]) -> tuple[Any, dict[str, str] | None]:
    """Import the file as module `method` and construct its Method."""
    try:
        module = _import(value["code"].tobytes())
        kind = getattr(module, "Method", None)
        lacking = [name for name in value["calls"] if not callable(getattr(kind, name, None))]
        if not isinstance(kind, type) or lacking:
            what = f"its Method lacks {', '.join(lacking)}" if isinstance(kind, type) else "it defines no class Method"
            return None, {"reason": "import", "message": f"method.py was imported, but {what}.", "traceback": ""}
    except BaseException as error:
        return None, _failure("import", error)
    try:
        return kind(value["seed"], value["device"]), None
    except BaseException as error:
        return None, _failure("exception", error)


def _import(code: bytes) -> types.ModuleType:
    """Import the file by its name. Raises whatever it raises, UnicodeDecodeError where it is no text."""
    code.decode("utf-8-sig")
    importlib.invalidate_caches()
    __import__("method")  # unlike importlib's functions it leaves no frames of its own
    return sys.modules["method"]


def _call(method: Any, value: dict[str, Any]) -> tuple[Any, dict[str, str] | None]:
    try:
        return getattr(method, value["name"])(*value["args"], **value["kwargs"]), None
    except BaseException as error:
        return None, _failure("exception", error)


def _failure(reason: str, error: BaseException) -> dict[str, str]:
    """Describe an exception: the evaluator shortens and escapes it once more."""
    if isinstance(error, MemoryError):
        reason = "limit"
    name = _claimed(lambda: str(type(error).__name__), "an exception without a name")
    text = _claimed(lambda: _one_line(error), "its text can't be read")
    hint = _claimed(lambda: _hint(error), "")
    frames: list[traceback.FrameSummary] = _claimed(lambda: _frames(error), [])
    where = next((f" (method.py, line {frame.lineno})" for frame in reversed(frames) if frame.filename == FILE), "")
    what = (f"{name}: {text}" if text else name) + hint
    shown = "".join(["Traceback (most recent call last):\n", *traceback.StackSummary.from_list(frames).format()])
    return {"reason": reason, "message": what + where, "traceback": f"{shown}{what}\n" if frames else ""}


def _hint(error: BaseException) -> str:
    """What a sandbox has to do with an error of the system's, in brackets, or ""."""
    if isinstance(error, RuntimeError) and "new thread" in str(error):
        return NO_MORE
    error = getattr(error, "reason", error)  # what urllib wraps
    if not isinstance(error, OSError):
        return ""
    if type(error).__name__ == "gaierror" or error.errno in (errno.ENETUNREACH, errno.ENETDOWN):
        return " (in a sandbox there is no network)"
    return {
        errno.EROFS: " (in a sandbox only /tmp and /dev/shm can be written to)",
        errno.EAGAIN: NO_MORE,  # of a fork; a method's own pipes that don't wait are rare
    }.get(error.errno or 0, "")


def _claimed(read: Callable[[], T], otherwise: T) -> T:
    """What an exception says of itself: its class may raise anything instead."""
    try:
        return read()
    except BaseException:
        return otherwise


def _one_line(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return f"{error.msg} (method.py, line {error.lineno})"
    return " ".join(str(error)[:2000].split())


def _frames(error: BaseException) -> list[traceback.FrameSummary]:
    """The method's own frames and those of libraries, without the harness, the middle of a long recursion left out."""
    found = [
        traceback.FrameSummary(_shorten(frame.filename), frame.lineno, frame.name, line=frame.line)
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename != __file__ and not frame.filename.startswith("<frozen")
    ]
    return found if len(found) <= FRAMES_SHOWN else found[:5] + found[5 - FRAMES_SHOWN :]


def _shorten(filename: str) -> str:
    """Leave out where a library is installed: "sklearn/impute/_base.py"."""
    for mark in ("/site-packages/", f"/python{sys.version_info.major}.{sys.version_info.minor}/"):
        if mark in filename:
            return filename.rpartition(mark)[2]
    return filename.rpartition("/")[2]
