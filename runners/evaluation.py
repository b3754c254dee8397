"""Plays a board's cases against one method and says what happens. The trusted side: ground truth lives here.

No Celery, no database, no sandbox details: tests and the local command call `evaluate` directly.
"""

import hashlib
import hmac
import importlib
import importlib.util
import logging
import math
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any, Protocol

from papers import data
from papers.playing import Spent
from papers.task import AnswerError, Board, Case, Scores, Seed
from runners.events import Failed
from runners.inprocess import InProcess
from runners.job import Job
from runners.provenance import provenance
from runners.reporting import Emit, Reporter
from runners.sandbox import MethodFailure, Sandbox, preload_for, probe_isolation

log = logging.getLogger(__name__)


class Box(Protocol):
    """What holds a method: a sandbox, or for debugging this very process."""

    def load(self, code: bytes, *, seed: int, calls: tuple[str, ...]) -> None: ...
    def call(self, name: str, /, *args: Any, **kwargs: Any) -> Any: ...
    def spent(self) -> Spent: ...
    def log(self) -> str: ...
    def close(self) -> None: ...


class Proxy:
    """The method as a protocol sees it: the calls of the interface, and what they cost."""

    def __init__(self, box: Box, calls: tuple[str, ...]) -> None:
        self._box, self._calls = box, calls

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in self._calls:
            raise AttributeError(f"the interface has no call {name!r}, only {', '.join(self._calls)}")
        return partial(self._box.call, name)

    @property
    def spent(self) -> Spent:
        return self._box.spent()


def evaluate(job: Job, emit: Emit) -> bool:
    """Play every case and seed of a job and tell `emit` what happens (see runners.events). True when it finished."""
    where = ("", 0)
    boxes = Boxes(job)
    total = Spent(seconds=0.0, cpu_seconds=0.0, gpu_seconds=0.0, memory_bytes=0, gpu_memory_bytes=0)
    try:
        data.reset()
        left_out = lacking(job.board)
        plays = [(case, index) for case, index in job.plays() if case.name not in left_out]
        boxes.prepare()
        protocol = importlib.import_module(job.board.task.play)
        level = probe_isolation().level if job.mode == "sandbox" else "none"
        facts = provenance(job, level)
        emit(
            {
                "type": "started",
                "plays": len(plays),
                "left_out": left_out,
                "device": job.device,
                "device_name": facts["device_name"],
                "isolation": level,
                "provenance": facts,
            }
        )
        report = Reporter(emit)
        for number, (case, index) in enumerate(plays, 1):
            where = (case.name, index)
            report.begin(*where)
            box = boxes.take(is_last=number == len(plays))
            try:
                scores = play_one(job, protocol, case=case, index=index, box=box, report=report)
            finally:
                box.close()
                tell_log(emit, box, *where)
            spent = box.spent()
            add(total, spent)
            emit({"type": "play", "case": case.name, "seed": index, "scores": scores, "spent": spent})
        where = ("", 0)
        emit(
            {
                "type": "finished",
                "plays": len(plays),
                "artefacts": report.artefacts,
                "spent": total,
                "data": data.used(),
            }
        )
        return True
    except MethodFailure as failure:
        emit(failed("author", failure.reason, failure.message, *where, traceback=failure.traceback))
    except AnswerError as error:
        emit(failed("author", "answer", str(error), *where))
    except data.DataError as error:
        emit(failed("ours", "internal", str(error), *where))
    except Exception:
        log.exception("the evaluation failed at %s, seed %s", *where)
        emit(failed("ours", "internal", "The evaluation itself broke. This is our fault.", *where))
    finally:
        boxes.close()
    return False


def lacking(board: Board) -> dict[str, str]:
    """The cases that can't be played on this machine, each with the reason."""
    reasons = {}
    for case in board.cases:
        missing = [name for name in case.packages if importlib.util.find_spec(name) is None]
        reason = f"needs the package {', '.join(missing)}, which is not installed here" if missing else ""
        if reason := reason or next(filter(None, map(data.missing, case.data)), ""):
            reasons[case.name] = reason
    return reasons


def play_one(job: Job, protocol: ModuleType, *, case: Case[Any], index: int, box: Box, report: Reporter) -> Scores:
    """One case and seed with a fresh method.

    Raises MethodFailure and AnswerError, the author's; ValueError for scores that the card doesn't name.
    """
    task = job.board.task
    key = hmac.digest(job.seed_key, f"{case.name}/{index}".encode(), "sha256")
    salt = hmac.digest(key, (job.salt or hashlib.sha256(job.code).hexdigest()).encode(), "sha256")
    own = int.from_bytes(hmac.digest(key, b"the method's own seed", "sha256")[:4], "little")
    seed = Seed(index, key, salt, Seed.site_of(job.seed_key))
    box.load(job.code, seed=own, calls=task.calls)
    method = Proxy(box, task.calls)
    scores = protocol.play(case, seed=seed, device=job.device, method=method, report=report)
    return checked(scores, job.board, case)


def checked(scores: Scores, board: Board, case: Case[Any]) -> Scores:
    """The scores of a play as plain floats. Raises ValueError where they are not what the card promises.

    A ranked case must have the primary metric; one that is only shown need not.
    """
    task = board.task
    names = {metric.name for metric in task.metrics}
    if unknown := set(scores) - names:
        raise ValueError(f"{task.play} scored {sorted(unknown)}, the card names {sorted(names)}")
    if case.ranked and task.primary.name not in scores:
        raise ValueError(f"{task.play} gave no {task.primary.name} on the ranked case {case.name}")
    plain = {name: float(value) for name, value in scores.items()}
    if bad := [name for name, value in plain.items() if not math.isfinite(value)]:
        raise ValueError(f"{task.play} gave a score that is not finite: {', '.join(bad)}")
    return plain


class Boxes:
    """One fresh box a play; the next one starts while this one works, which hides the interpreter's start."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._spare: Box | None = None

    def prepare(self) -> None:
        self._spare = self._start()

    def take(self, *, is_last: bool) -> Box:
        box = self._spare or self._start()
        self._spare = None if is_last else self._start()
        return box

    def close(self) -> None:
        if self._spare:
            self._spare.close()

    def _start(self) -> Box:
        if self._job.mode == "inprocess":
            return InProcess(device=self._job.device)
        return Sandbox.start(
            limits=self._job.board.limits,
            device=self._job.device,
            kit=self._job.board.task.kit,
            isolated=self._job.mode == "sandbox",
            preload=preload_for(self._job.code),
        )


def tell_log(emit: Emit, box: Box, case: str, seed: int) -> None:
    if text := box.log():
        emit({"type": "log", "text": f"[{case}, seed {seed}]\n{text.rstrip()}\n"})


def add(total: Spent, spent: Spent) -> None:
    total["seconds"] += spent["seconds"]
    total["cpu_seconds"] += spent["cpu_seconds"]
    total["gpu_seconds"] += spent["gpu_seconds"]
    total["memory_bytes"] = max(total["memory_bytes"], spent["memory_bytes"])
    total["gpu_memory_bytes"] = max(total["gpu_memory_bytes"], spent["gpu_memory_bytes"])


def failed(whose: Any, reason: Any, message: str, case: str = "", seed: int = 0, *, traceback: str = "") -> Failed:
    return {
        "type": "failed",
        "whose": whose,
        "reason": reason,
        "message": message,
        "traceback": traceback,
        "case": case,
        "seed": seed,
    }
