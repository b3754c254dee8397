"""Plays a task's cases against one method and says what happens. The trusted side: ground truth lives here.

No Celery, no database, no sandbox details: tests and the local command call `evaluate` directly.
"""

import base64
import hashlib
import hmac
import importlib
import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from io import BytesIO
from typing import Any, Protocol

import numpy as np
from PIL import Image

from papers import catalogue, datasets
from papers.task import AnswerError, Case, Limits, Scores, Seed, Task
from runners.events import Event, Failed, Spent
from runners.inprocess import InProcess
from runners.job import Job
from runners.provenance import provenance
from runners.sandbox import MethodFailure, Sandbox, preload_for, probe_isolation

log = logging.getLogger(__name__)

ARTEFACT_BYTES = 2 << 20  # a run
PROGRESS_SECONDS = 1.0  # between two words on the progress of a play

Emit = Callable[[Event], None]


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


class Reporter:
    """The protocol's channel to the pages; see papers.task.Report."""

    def __init__(self, emit: Emit) -> None:
        self._emit, self._budget = emit, ARTEFACT_BYTES
        self._case, self._seed, self._last = "", 0, 0.0
        self._kept: set[tuple[str, int, str]] = set()

    @property
    def artefacts(self) -> int:
        """How many were told: whoever records them knows then when they are complete."""
        return len(self._kept)

    def begin(self, case: str, seed: int) -> None:
        self._case, self._seed = case, seed
        self._say(0.0, "")

    def _say(self, fraction: float, text: str) -> None:
        self._last = time.monotonic()
        self._emit(
            {"type": "progress", "case": self._case, "seed": self._seed, "fraction": fraction, "text": text[:200]}
        )

    def progress(self, fraction: float, text: str = "") -> None:
        if time.monotonic() >= self._last + PROGRESS_SECONDS:
            self._say(min(max(float(fraction), 0.0), 1.0), text)

    def curve(
        self,
        name: str,
        x: Any,
        series: Mapping[str, Any],
        *,
        x_label: str = "",
        y_label: str = "",
        log_x: bool = False,
        log_y: bool = False,
    ) -> None:
        lines = {label: _numbers(y) for label, y in series.items()}
        labels = {"x_label": x_label, "y_label": y_label, "log_x": log_x, "log_y": log_y}
        self._keep(name, "curve", {"x": _numbers(x), "series": lines, **labels})

    def points(self, name: str, groups: Mapping[str, np.ndarray], *, x_label: str = "", y_label: str = "") -> None:
        shown = {
            label: dict(zip("xy", map(_numbers, np.asarray(xy, float).T), strict=True)) for label, xy in groups.items()
        }
        self._keep(name, "points", {"groups": shown, "x_label": x_label, "y_label": y_label})

    def graph(self, name: str, nodes: Sequence[str], edges: Sequence[tuple[int, int, str]]) -> None:
        plain = [[int(start), int(end), str(label)] for start, end, label in edges]
        self._keep(name, "graph", {"nodes": list(map(str, nodes)), "edges": plain})

    def image(self, name: str, pixels: np.ndarray) -> None:
        levels = np.round(np.clip(np.nan_to_num(pixels), 0, 1) * 255).astype(np.uint8)
        file = BytesIO()
        Image.fromarray(levels).save(file, "PNG", optimize=True)
        self._keep(name, "image", {"png": base64.b64encode(file.getvalue()).decode()})

    def table(self, name: str, columns: list[str], rows: list[list[float | str]]) -> None:
        self._keep(name, "table", {"columns": columns, "rows": rows})

    def _keep(self, name: str, kind: Any, data: dict[str, Any]) -> None:
        self._budget -= len(repr(data))
        if self._budget < 0:
            log.warning("%s: no room left for artefact %s", self._case, name)
            return
        self._kept.add((self._case, self._seed, name[:100]))
        self._emit(
            {"type": "artefact", "case": self._case, "seed": self._seed, "name": name[:100], "kind": kind, "data": data}
        )


def _numbers(values: Any) -> list[float | None]:
    """JSON has no NaN: gaps become None."""
    return [float(value) if math.isfinite(value) else None for value in np.asarray(values, float).ravel()]


def evaluate(job: Job, emit: Emit) -> bool:
    """Play every case and seed of a job and tell `emit` what happens (see runners.events). True when it finished."""
    where = ("", 0)
    task = catalogue.task(job.task)
    boxes = Boxes(job, task.limits[job.tier], task.kit)
    total = Spent(seconds=0.0, cpu_seconds=0.0, gpu_seconds=0.0, memory_bytes=0, gpu_memory_bytes=0)
    try:
        datasets.reset()
        plays = job.plays()
        boxes.prepare()
        protocol = importlib.import_module(task.protocol)
        level = probe_isolation().level if job.mode == "sandbox" else "none"
        facts = provenance(job, level)
        emit(
            {
                "type": "started",
                "plays": len(plays),
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
                scores = play_one(job, task, protocol, case=case, index=index, box=box, report=report)
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
                "flags": [],
                "data": datasets.used(),
            }
        )
        return True
    except MethodFailure as failure:
        emit(failed("author", failure.reason, failure.message, *where, traceback=failure.traceback))
    except AnswerError as error:
        emit(failed("author", "answer", str(error), *where))
    except datasets.DataError as error:
        emit(failed("ours", "internal", str(error), *where))
    except Exception:
        log.exception("the evaluation failed at %s, seed %s", *where)
        emit(failed("ours", "internal", "The evaluation itself broke. This is our fault.", *where))
    finally:
        boxes.close()
    return False


def play_one(job: Job, task: Task, protocol: Any, *, case: Case, index: int, box: Box, report: Reporter) -> Scores:
    """One case and seed with a fresh method.

    Raises MethodFailure and AnswerError, the author's; ValueError for scores that the card doesn't name.
    """
    key = hmac.digest(job.seed_key, f"{case.name}/{index}".encode(), "sha256")
    salt = hmac.digest(key, hashlib.sha256(job.code).hexdigest().encode(), "sha256")
    own = int.from_bytes(hmac.digest(key, b"the method's own seed", "sha256")[:4], "little")
    box.load(job.code, seed=own, calls=task.calls)
    method = Proxy(box, task.calls)
    seed = Seed(index, key, salt, Seed.site_of(job.seed_key))
    scores = protocol.play(case, seed=seed, device=job.device, method=method, report=report)
    names = {metric.name for metric in task.metrics}
    if not set(scores) <= names or task.primary.name not in scores:
        raise ValueError(f"{task.protocol} scored {sorted(scores)}, the card names {sorted(names)}")
    plain = {name: float(value) for name, value in scores.items()}
    if bad := [name for name, value in plain.items() if not math.isfinite(value)]:
        raise ValueError(f"{task.protocol} gave a score that is not finite: {', '.join(bad)}")
    return plain


class Boxes:
    """One fresh box a play; the next one starts while this one works, which hides the interpreter's start."""

    def __init__(self, job: Job, limits: Limits, kit: str | None) -> None:
        self._job, self._limits, self._kit = job, limits, kit
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
            limits=self._limits,
            device=self._job.device,
            kit=self._kit,
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
