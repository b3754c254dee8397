"""One play's sandbox: a harness started ahead, one method, its calls, and the end of both."""

import contextlib
import re
import secrets
import signal
import time
from typing import Any, Literal, Self, cast, get_args

import numpy as np

from papers.task import Limits
from runners.events import Spent
from runners.inside import wire
from runners.sandbox.channel import OUTPUT_LIMIT, Channel, TooMuchOutput, clean
from runners.sandbox.errors import MethodFailure, Reason, SandboxError
from runners.sandbox.gpu import gpu_memory, worker_gpu
from runners.sandbox.process import Inmate, start_bare, start_isolated
from runners.sandbox.usage import Meter, tree

START_SECONDS = 60.0  # for the interpreter and what it preloads; a cold disk needs 10
MESSAGE_LENGTH, TRACEBACK_LENGTH = 1000, 16_000
PRELOADED = re.compile(rb"^[ \t]*(?:from|import)[ \t]+((?:torch|sklearn|scipy)(?:\.[a-z_]{1,40}){0,2})\b", re.MULTILINE)
GPU_LOOKS = 5.0  # seconds between two questions to the driver


class OutOfMemory(Exception):
    """The processes together hold more than the limit."""


class Sandbox:
    """A sandbox for one play. Start it, `load` once, `call` as often as the limits allow, `close` it.

    Any MethodFailure ends the sandbox: everything in it is dead when the exception arrives.
    """

    def __init__(self, inmate: Inmate, *, limits: Limits, device: str) -> None:
        self._inmate: Inmate | None = inmate
        self._limits = limits
        self._device = device
        self._meter = Meter(inmate.inner, inmate.group)
        self._channel = Channel(inmate.process, log_bytes=limits.log_bytes, tick=self._tick)
        self._is_ready = False
        self._is_loaded = False
        self._seconds = 0.0
        self._cpu_before = 0.0
        self._gpu_asked = 0.0
        self.gpu_memory_bytes = 0  # peak of what the driver was seen to report
        self.landlock = 0  # the kernel's version of it, 0 without

    @classmethod
    def start(
        cls,
        *,
        limits: Limits,
        device: str,
        kit: str | None = None,
        isolated: bool = True,
        preload: tuple[str, ...] = ("torch",),
    ) -> Self:
        """Start a spare: an interpreter without a method. Call it from the main thread, well before the play.

        Returns as soon as the namespaces stand, after some 20 ms; `load` waits for the rest. While nobody waits the
        harness goes on to import `preload`, and stops doing so when code arrives (see `preload_for`).
        Raises SandboxError.
        """
        gpu = worker_gpu() if device == "cuda" and isolated else None
        if isolated:
            inmate = start_isolated(limits=limits, gpu=gpu, kit=kit, preload=preload)
        else:
            inmate = start_bare(limits=limits, preload=preload)
        return cls(inmate, limits=limits, device=device)

    def ready(self) -> None:
        """Wait until the interpreter is up. Raises SandboxError."""
        if not self._is_ready:
            told = self._await_harness("ready", "")
            self.landlock = int(told["landlock"])
            self._is_ready = True

    def load(self, code: bytes, *, seed: int, calls: tuple[str, ...]) -> None:
        """Import the code and construct its Method(seed, device). Raises MethodFailure, SandboxError.

        No code is sent before the harness has answered: by then bubblewrap's chain of --die-with-parent is complete,
        so what a killed evaluator leaves in the first milliseconds has nothing foreign in it.
        """
        self.ready()
        if self._is_loaded:
            raise SandboxError("a sandbox serves one method")
        self._is_loaded = True
        value = {"code": np.frombuffer(code, np.uint8), "seed": seed, "device": self._device, "calls": list(calls)}
        call = secrets.token_hex(8)
        self._send("load", call, value, until=time.monotonic() + START_SECONDS)
        self._await_harness("begun", call)  # a preload under way isn't the method's time
        self._meter.look()
        self._cpu_before = self._meter.cpu_seconds
        self._answer_to(call, "being imported and constructed", start=time.monotonic())

    def call(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """Call a function of the method and return its answer.

        Raises MethodFailure, SandboxError; TypeError for an argument that can't be sent.
        """
        if self._inmate is None or not self._is_loaded:
            raise SandboxError("the sandbox holds no method (any more)")
        if self._channel.speaks_unasked():
            self._fail_unasked()
        call = secrets.token_hex(8)
        start = time.monotonic()
        question = {"name": name, "args": list(args), "kwargs": kwargs}
        try:
            self._send("call", call, question, until=start + self._allowance())
        except (EOFError, TimeoutError, TooMuchOutput, OutOfMemory) as error:
            self._seconds += time.monotonic() - start
            raise self._failure_of(error, f"answering {name}") from None
        return self._answer_to(call, f"answering {name}", start=start)

    def spent(self) -> Spent:
        """What the method used since its code arrived, measured from outside; after `close` the last figures."""
        if self._inmate:
            self._meter.look()
        return {
            "seconds": self._seconds,
            "cpu_seconds": max(self._meter.cpu_seconds - self._cpu_before, 0.0) if self._is_loaded else 0.0,
            "gpu_seconds": self._seconds if self._device == "cuda" else 0.0,  # the GPU is reserved for these seconds
            "memory_bytes": self._meter.peak_bytes,
            "gpu_memory_bytes": self.gpu_memory_bytes,
        }

    def log(self) -> str:
        """The last `log_bytes` of what the method printed."""
        if self._inmate:
            self._drain()
        return self._channel.log()

    def close(self) -> None:
        """Kill everything in the sandbox. Any number of times."""
        self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _allowance(self) -> float:
        """Seconds that the next call may take."""
        return min(self._limits.call_seconds, self._limits.play_seconds - self._seconds)

    def _send(self, word: str, call: str, value: Any, *, until: float) -> None:
        self._channel.send(wire.pack(wire.Frame(word, call, value), limit=self._limits.frame_bytes), until=until)

    def _await_harness(self, word: str, call: str) -> Any:
        """Wait for a message that the harness sends before any foreign code runs: what goes wrong is ours."""
        try:
            frame = self._channel.receive(until=time.monotonic() + START_SECONDS, limit=0)
        except (EOFError, TimeoutError, TooMuchOutput, OutOfMemory, wire.FrameError) as error:
            status = self._inmate.status() if self._inmate else None
            said = self.log().strip().splitlines()[-1:] or [f"exit status {status}"]
            self._end()
            raise SandboxError(f"the harness did not start ({type(error).__name__}): {said[0][:500]}") from None
        if (frame.word, frame.call) != (word, call):
            self._end()
            raise SandboxError(f"expected the harness to say {word}, got {frame.word}")
        return frame.value

    def _answer_to(self, call: str, doing: str, *, start: float) -> Any:
        """Wait for the answer to a call and return its value. Raises MethodFailure."""
        try:
            frame = self._channel.receive(until=start + self._allowance(), limit=self._limits.frame_bytes)
        except (EOFError, TimeoutError, TooMuchOutput, OutOfMemory, wire.FrameError) as error:
            self._seconds += time.monotonic() - start
            raise self._failure_of(error, doing) from None
        self._seconds += time.monotonic() - start
        self._look_at_gpu()
        if frame.call != call or frame.word not in ("answer", "error"):
            raise self._fail("answer", f"While {doing}, the method sent something else than the answer to this call.")
        if frame.word == "error":
            raise self._reported(frame.value)
        return frame.value

    def _reported(self, value: Any) -> MethodFailure:
        """The failure that the harness, or whoever speaks for it, describes."""
        if not isinstance(value, dict) or not all(isinstance(value.get(key), str) for key in ("message", "traceback")):
            return self._fail("answer", "The method sent an error that can't be read.")
        told = value.get("reason")
        reason = cast("Reason", told) if told in get_args(Reason) else "exception"
        message = clean(value["message"][:MESSAGE_LENGTH])[:MESSAGE_LENGTH]  # escapes make it longer
        if reason == "limit":
            message = f"{message} The method asked for more than its {_size(self._limits.memory_bytes)} of memory."
        return self._fail(reason, message, clean(value["traceback"][-TRACEBACK_LENGTH:])[-TRACEBACK_LENGTH:])

    def _failure_of(self, error: Exception, doing: str) -> MethodFailure:
        """What the method did when a call ended without an answer."""
        if isinstance(error, TimeoutError):
            limit = self._limits
            if self._seconds >= limit.play_seconds:
                return self._fail("limit", f"The calls of this play took more than {limit.play_seconds:g} s together.")
            return self._fail("limit", f"While {doing}, the method took more than {limit.call_seconds:g} s.")
        if isinstance(error, TooMuchOutput):
            return self._fail("limit", f"The method printed more than {_size(OUTPUT_LIMIT)} in one play.")
        if isinstance(error, OutOfMemory):
            return self._fail("limit", self._memory_message(doing))
        if isinstance(error, wire.FrameError):
            return self._fail("answer", f"While {doing}, the method sent what is no answer: {error}.")
        return self._died(doing)

    def _died(self, doing: str) -> MethodFailure:
        """The failure of a method whose process or pipe has ended. Raises SandboxError where bubblewrap was killed."""
        inmate = self._inmate
        status = inmate.status() if inmate else None
        memory_kills = inmate.group.memory_kills() if inmate and inmate.group else 0
        is_isolated = inmate is not None and inmate.is_isolated
        self._drain()
        self._end()
        if memory_kills:
            return MethodFailure("limit", self._memory_message(doing))
        if status is None:
            return MethodFailure("died", f"While {doing}, the method closed the channel of its answers.")
        if is_isolated and status < 0:
            raise SandboxError(f"bubblewrap was ended by signal {-status} while the method was {doing}")
        number = -status if status < 0 else status - 128
        if number == signal.SIGXCPU:
            return MethodFailure("limit", f"While {doing}, the method used up its CPU time.")
        how = f"by signal {number} ({_signal_name(number)})" if number > 0 else f"with exit status {status}"
        return MethodFailure("died", f"While {doing}, the method's process ended {how}.")

    def _memory_message(self, doing: str) -> str:
        return f"While {doing}, the method used more than its {_size(self._limits.memory_bytes)} of memory."

    def _fail_unasked(self) -> None:
        try:
            self._channel.receive(until=time.monotonic() + 0.1, limit=0)
        except EOFError:
            raise self._died("waiting for the next call") from None
        except (TimeoutError, TooMuchOutput, OutOfMemory, wire.FrameError):
            pass
        raise self._fail("answer", "The method wrote into the channel of its answers without being asked.")

    def _fail(self, reason: Reason, message: str, traceback: str = "") -> MethodFailure:
        self._drain()
        self._end()
        return MethodFailure(reason, message, traceback)

    def _drain(self) -> None:
        try:
            self._channel.drain()
        except TooMuchOutput:
            return  # it fails, or has failed, already; the tail is there

    def _tick(self) -> None:
        """While the method works: measure, and without a control group stop what grows too large."""
        self._meter.look()
        if self._meter.now_bytes > self._limits.memory_bytes:
            raise OutOfMemory

    def _look_at_gpu(self) -> None:
        """Ask the driver after an answer, when the method's clock stands: torch keeps the memory that it once had."""
        inmate = self._inmate
        if inmate and inmate.gpu and time.monotonic() > self._gpu_asked + GPU_LOOKS:
            self._gpu_asked = time.monotonic()
            with contextlib.suppress(SandboxError):  # a driver that doesn't answer is no reason to end a run
                seen = gpu_memory(inmate.gpu.uuid, tree(inmate.inner))
                self.gpu_memory_bytes = max(self.gpu_memory_bytes, seen)

    def _end(self) -> None:
        """Kill everything and give everything back."""
        inmate, self._inmate = self._inmate, None
        if inmate is None:
            return
        self._meter.look()
        inmate.end()
        self._drain()
        self._channel.close()


def preload_for(code: bytes) -> tuple[str, ...]:
    """The large libraries that this code seems to import: worth importing while its sandbox waits."""
    return tuple(dict.fromkeys(match.decode() for match in PRELOADED.findall(code)))


def _size(count: int) -> str:
    return f"{count / (1 << 30):.3g} GiB" if count >= 1 << 30 else f"{count / (1 << 20):.3g} MiB"


def _signal_name(number: int) -> str | Literal["unknown"]:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown"
