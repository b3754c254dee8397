"""One play's sandbox: a harness started ahead, one method, its calls, and the end of both."""

import secrets
import signal
import time
from typing import Any, Literal, Self, cast, get_args

import numpy as np

from papers.playing import Spent
from papers.task import Limits
from runners.events import Exceeded
from runners.inside import wire
from runners.sandbox.channel import OUTPUT_LIMIT, Channel, TooMuchOutput, clean
from runners.sandbox.clock import Clock, Ledger
from runners.sandbox.errors import MethodFailure, OutOfMemory, OutOfTime, Reason, SandboxError
from runners.sandbox.gpu import worker_gpu
from runners.sandbox.gpu_meter import GpuMeter
from runners.sandbox.process import Inmate, start_bare, start_isolated
from runners.sandbox.usage import Meter
from runners.sandbox.zygote import Asked

START_SECONDS = 120.0  # for the interpreter and what it preloads; a cold disk needs 10, a busy machine more
MESSAGE_LENGTH, TRACEBACK_LENGTH = 1000, 16_000
NEARLY = 0.9  # of the memory limit: who is killed below it was killed for others
GPU_LOOKS = 1.0  # seconds between two questions to the driver
Stopped = (EOFError, TimeoutError, TooMuchOutput, OutOfMemory, OutOfTime, wire.FrameError)  # why no answer comes


class Sandbox:
    """A sandbox for one play. Start it, `load` once, `call` as often as the limits allow, `close` it.

    Any MethodFailure ends the sandbox: everything in it is dead when the exception arrives.
    """

    def __init__(self, inmate: Inmate, *, limits: Limits, device: str) -> None:
        self._inmate: Inmate | None = inmate
        self._limits = limits
        self._device = device
        self._meter = Meter(inmate.inner, inmate.group)
        self._clock = Clock(limits, self._meter, on_gpu=device == "cuda")
        self._channel = Channel(inmate.process, log_bytes=limits.log_bytes, tick=self._tick)
        self._is_ready = False
        self._is_loaded = False
        self._gpu_asked = 0.0
        self._optional: frozenset[str] = frozenset()
        self._gpu = GpuMeter(inmate.gpu, inmate.inner) if inmate.gpu else None
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

        Returns as soon as the namespaces stand, after some 20 ms; `load` waits for the rest, which includes the imports
        of `preload` (see `preload_for`): they are nobody's cost. Raises SandboxError.
        """
        gpu = worker_gpu() if device == "cuda" and isolated else None
        if isolated:
            inmate = start_isolated(limits=limits, gpu=gpu, kit=kit, preload=preload)
        else:
            inmate = start_bare(limits=limits, on_gpu=device == "cuda", preload=preload)
        return cls(inmate, limits=limits, device=device)

    @classmethod
    def forked(cls, asked: Asked) -> Self:
        """The sandbox that a zygote was asked for. Raises SandboxError."""
        return cls(asked.inmate(), limits=asked.limits, device="cpu")

    def ready(self) -> None:
        """Wait until the interpreter is up. Raises SandboxError."""
        if not self._is_ready:
            told = self._await_harness("ready", "")
            self.landlock = int(told["landlock"])
            if self._inmate and self._inmate.base_bytes:
                self._count_what_is_shared(self._inmate)
            self._is_ready = True

    def _count_what_is_shared(self, inmate: Inmate) -> None:
        """What a fork still shares with its parent counts as its memory, and against the limit, as imports always do."""
        assert inmate.group
        shared = max(inmate.base_bytes - inmate.group.now_bytes(), 0)
        try:
            inmate.group.limit_memory(max(self._limits.memory_bytes - shared, 1))
        except OSError:
            self._end()
            raise SandboxError("what the method imports leaves it no memory") from None
        self._meter.base_bytes = shared

    def load(
        self,
        code: bytes,
        *,
        seed: int,
        calls: tuple[str, ...],
        optional: tuple[str, ...] = (),
        ledger: Ledger | None = None,
    ) -> None:
        """Import the code and construct its Method(seed, device). Raises MethodFailure, SandboxError.

        `calls` it must define, `optional` it may; the limits of time are shared with all that write into `ledger`.
        No code is sent before the harness has answered: by then bubblewrap's chain of --die-with-parent is complete,
        so what a killed evaluator leaves in the first milliseconds has nothing foreign in it.
        """
        self.ready()
        if self._is_loaded:
            raise SandboxError("a sandbox serves one method")
        value = {
            "code": np.frombuffer(code, np.uint8),
            "seed": seed,
            "device": self._device,
            "calls": list(calls),
            "optional": list(optional),
        }
        call = secrets.token_hex(8)
        buffers = wire.pack(wire.Frame("load", call, value), limit=self._limits.frame_bytes)
        try:
            self._channel.send(buffers, until=time.monotonic() + START_SECONDS)
        except Stopped as error:
            raise self._not_started(error) from None
        trouble = self._await_harness("begun", call)  # a preload under way isn't the method's time
        if trouble:
            self._end()
            raise SandboxError(f"CUDA does not start in the sandbox: {clean(str(trouble))[:MESSAGE_LENGTH]}")
        self._is_loaded = True
        if self._gpu:
            self._gpu.begin()
        self._clock.set_to_zero(ledger or Ledger())
        doing = "being imported and constructed"
        try:
            until = self._clock.begin(doing)
        except OutOfTime as error:  # what its siblings left running has used up the play
            raise self._failure_of(error, doing) from None
        defined = self._answer_to(call, doing, until=until)
        told = {name for name in defined if isinstance(name, str)} if isinstance(defined, list) else set()
        self._optional = frozenset(optional) & told

    def has(self, name: str) -> bool:
        """Whether the method defines this optional call, by its own account."""
        return name in self._optional

    def call(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """Call a function of the method and return its answer.

        Raises MethodFailure, SandboxError; TypeError for an argument that can't be sent.
        """
        if self._inmate is None or not self._is_loaded:
            raise SandboxError("the sandbox holds no method (any more)")
        if self._channel.speaks_unasked():
            self._fail_unasked()
        call = secrets.token_hex(8)
        doing = f"answering {name}"
        question = {"name": name, "args": list(args), "kwargs": kwargs}
        buffers = wire.pack(wire.Frame("call", call, question), limit=self._limits.frame_bytes)
        try:
            until = self._clock.begin(doing)
            self._channel.send(buffers, until=until)
        except Stopped as error:
            raise self._failure_of(error, doing) from None
        return self._answer_to(call, doing, until=until)

    def spent(self) -> Spent:
        """What the method used since its code arrived, measured from outside; after `close` the last figures."""
        if self._inmate:
            self._clock.look()
        seconds = self._clock.seconds
        is_on_gpu = self._device == "cuda" and not self._leaves_gpu_alone
        return {
            "seconds": seconds,
            "cpu_seconds": self._clock.cpu_seconds,
            "gpu_seconds": seconds if is_on_gpu else 0.0,  # the GPU is the method's alone for these seconds
            "memory_bytes": self._meter.peak_bytes,
            "gpu_memory_bytes": self._gpu_memory_bytes(),
        }

    @property
    def _leaves_gpu_alone(self) -> bool:
        """Whether the method is known to have put nothing on the card: the context there is ours."""
        return self._gpu is not None and self._gpu.is_idle

    def _gpu_memory_bytes(self) -> int | None:
        if self._device == "cpu" or self._leaves_gpu_alone:
            return 0
        return self._gpu.peak_bytes if self._gpu else None

    def reset_peak(self) -> None:
        """Let `lap_bytes` begin anew."""
        if self._inmate:
            self._meter.reset_peak()

    @property
    def lap_bytes(self) -> int:
        """Most memory used at once since `reset_peak`, where the kernel can begin anew; else since the start."""
        if self._inmate:
            self._meter.look()
        return self._meter.lap_bytes

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

    def _await_harness(self, word: str, call: str) -> Any:
        """Wait for a message that the harness sends before any foreign code runs: what goes wrong is ours."""
        try:
            frame = self._channel.receive(until=time.monotonic() + START_SECONDS, limit=0)
        except Stopped as error:
            raise self._not_started(error) from None
        if (frame.word, frame.call) != (word, call):
            self._end()
            raise SandboxError(f"expected the harness to say {word}, got {frame.word}")
        return frame.value

    def _not_started(self, error: Exception) -> SandboxError:
        status = self._inmate.status() if self._inmate else None
        said = self.log().strip().splitlines()[-1:] or [f"exit status {status}"]
        self._end()
        return SandboxError(f"the harness did not start ({type(error).__name__}): {said[0][:500]}")

    def _answer_to(self, call: str, doing: str, *, until: float) -> Any:
        """Wait for the answer to a call and return its value. Raises MethodFailure."""
        try:
            frame = self._channel.receive(until=until, limit=self._limits.frame_bytes)
            self._clock.end()
            self._clock.judge()
        except Stopped as error:
            raise self._failure_of(error, doing) from None
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
            message = f"{message}. The method asked for more than its {_size(self._limits.memory_bytes)} of memory."
        return self._fail(reason, message, clean(value["traceback"][-TRACEBACK_LENGTH:])[-TRACEBACK_LENGTH:])

    def _failure_of(self, error: Exception, doing: str) -> MethodFailure:
        """What the method did when a call ended without an answer."""
        if isinstance(error, TimeoutError):
            error = self._clock.overslept()
        self._clock.end()
        if isinstance(error, OutOfTime):
            return self._fail("limit", str(error), exceeded=error.exceeded)
        if isinstance(error, TooMuchOutput):
            exceeded = Exceeded(limit="output bytes", used=self._channel.printed, allowed=OUTPUT_LIMIT)
            message = f"The method printed more than {_size(OUTPUT_LIMIT)} in one play."
            return self._fail("limit", message, exceeded=exceeded)
        if isinstance(error, OutOfMemory):
            return self._fail("limit", self._memory_message(doing), exceeded=self._memory_exceeded())
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
        if memory_kills and self._meter.is_peak_exact and self._meter.peak_bytes < NEARLY * self._limits.memory_bytes:
            held = f"{_size(self._meter.peak_bytes)} of its {_size(self._limits.memory_bytes)}"
            raise SandboxError(f"this machine ran out of memory while the method was {doing} and held {held}")
        if memory_kills:
            return MethodFailure("limit", self._memory_message(doing), exceeded=self._memory_exceeded())
        if status is None:
            return MethodFailure("died", f"While {doing}, the method closed the channel of its answers.")
        if is_isolated and status < 0:
            raise SandboxError(f"bubblewrap was ended by signal {-status} while the method was {doing}")
        number = -status if status < 0 else status - 128
        if number == signal.SIGXCPU:
            used, allowed = self._clock.cpu_seconds, self._limits.play_seconds
            message = f"While {doing}, one process of the method used up its CPU time: {used:.1f} CPU-s, {allowed:g} are allowed."
            return MethodFailure("limit", message, exceeded=Exceeded(limit="cpu seconds", used=used, allowed=allowed))
        how = f"by signal {number} ({_signal_name(number)})" if number > 0 else f"with exit status {status}"
        return MethodFailure("died", f"While {doing}, the method's process ended {how}.")

    def _memory_exceeded(self) -> Exceeded:
        return Exceeded(
            limit="memory bytes", used=max(self._meter.peak_bytes, self._limits.memory_bytes),
            allowed=self._limits.memory_bytes,
        )  # fmt: skip

    def _memory_message(self, doing: str) -> str:
        return f"While {doing}, the method used more than its {_size(self._limits.memory_bytes)} of memory."

    def _fail_unasked(self) -> None:
        try:
            self._channel.receive(until=time.monotonic() + 0.1, limit=0)
        except EOFError:
            raise self._died("waiting for the next call") from None
        except (TimeoutError, TooMuchOutput, OutOfMemory, OutOfTime, wire.FrameError):
            pass
        raise self._fail("answer", "The method wrote into the channel of its answers without being asked.")

    def _fail(
        self, reason: Reason, message: str, traceback: str = "", *, exceeded: Exceeded | None = None
    ) -> MethodFailure:
        self._drain()
        self._end()
        return MethodFailure(reason, message, traceback, exceeded)

    def _drain(self) -> None:
        try:
            self._channel.drain()
        except TooMuchOutput:
            return  # it fails, or has failed, already; the tail is there

    def _tick(self) -> None:
        """While the method works: measure, stop what takes too long, and without a control group what grows too large."""
        self._clock.look()
        self._look_at_gpu()
        if self._meter.now_bytes > self._limits.memory_bytes:
            raise OutOfMemory

    def _look_at_gpu(self) -> None:
        """Ask the driver, and not too often."""
        if self._gpu and time.monotonic() > self._gpu_asked + GPU_LOOKS:
            self._gpu_asked = time.monotonic()
            self._gpu.look()

    def _end(self) -> None:
        """Kill everything and give everything back."""
        inmate, self._inmate = self._inmate, None
        if inmate is None:
            return
        self._clock.stop()
        if self._gpu:
            self._gpu.look()
        inmate.end()
        self._drain()
        self._channel.close()


def _size(count: int) -> str:
    return f"{count / (1 << 30):.3g} GiB" if count >= 1 << 30 else f"{count / (1 << 20):.3g} MiB"


def _signal_name(number: int) -> str | Literal["unknown"]:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown"
