"""Plays a board's cases against one method and says what happens. The trusted side: ground truth lives here.

No Celery, no database, no sandbox details: tests and the local command call `evaluate` directly.
"""

import hmac
import importlib
import importlib.util
import logging
import math
from collections.abc import Iterable
from functools import partial
from types import ModuleType
from typing import Any

from papers import data
from papers.fingerprint import meaning_of
from papers.playing import Spent
from papers.task import AnswerError, Board, Case, Scores, Seed
from runners.discretion import in_our_words
from runners.events import Exceeded, Failed
from runners.inprocess import NoTruth
from runners.job import Job
from runners.own_work import OwnLimit, own_work
from runners.provenance import provenance
from runners.proxy import Boxes, Misuse, Playing, Proxy
from runners.reporting import Emit, Reporter
from runners.sandbox import Borrower, MethodFailure, SandboxError, check_gpu, probe_isolation
from runners.sandbox.errors import Reason
from runners.sandbox.gpu_meter import largest

log = logging.getLogger(__name__)


class NothingToPlay(Exception):
    """All cases that were asked for are left out on this machine."""


def evaluate(job: Job, emit: Emit, borrower: Borrower | None = None) -> bool:
    """Play every case and seed of a job and tell `emit` what happens (see runners.events). True when it finished.

    borrower: the way to zygotes that others keep.
    """
    run = Run(job, emit, borrower)
    try:
        run.play_all()
        return True
    except MethodFailure as failure:
        reason, message = failure.reason, failure.message
        if trouble := gpu_trouble(job, reason):
            emit(failed("ours", "refused", f"The GPU fails: {trouble}. Before that: {message}", *run.where))
            return False
        emit(failed("author", reason, message, *run.where, traceback=failure.traceback, exceeded=failure.exceeded))
    except AnswerError as error:
        emit(failed("author", "answer", str(error), *run.where))
    except SandboxError as error:
        log.warning("no sandbox at %s, seed %s: %s", *run.where, error)
        emit(failed("ours", "refused", f"This machine can't run it: {error}.", *run.where))
    except NothingToPlay as reason:
        emit(failed("ours", "refused", str(reason)))
    except data.DataError as error:
        emit(failed("ours", "internal", str(error), *run.where))
    except OwnLimit as error:
        emit(failed("ours", "internal", f"{error} This is our fault.", *run.where))
    except Misuse as error:
        log.exception("the protocol misused the method at %s, seed %s", *run.where)
        emit(failed("ours", "internal", f"The board made a mistake: {error}. This is our fault.", *run.where))
    except Exception:
        log.exception("the evaluation failed at %s, seed %s", *run.where)
        emit(failed("ours", "internal", "The evaluation itself broke. This is our fault.", *run.where))
    finally:
        run.boxes.close()
    return False


def gpu_trouble(job: Job, reason: Reason) -> str:
    """What is wrong with the GPU itself after a failure that a lost card looks like, or ""."""
    if job.device != "cuda" or job.mode != "sandbox" or reason not in ("exception", "died", "limit", "import"):
        return ""
    try:
        check_gpu()
    except (SandboxError, OSError) as error:
        return str(error)
    return ""


class Run:
    """One evaluation on its way: `where` it is, and what it has cost so far."""

    def __init__(self, job: Job, emit: Emit, borrower: Borrower | None = None) -> None:
        self.job, self.emit = job, emit
        self.where = ("", 0)
        self.boxes = Boxes(job, borrower)
        self.report = Reporter(emit)
        self.total = nothing_spent()
        self.evaluator_seconds = 0.0
        self.played = 0  # fewer than were asked for where an oracle knows some cases only

    def play_all(self) -> None:
        """Raises what `evaluate` turns into events."""
        data.reset()
        asked = self.job.plays()
        left_out = lacking({case.name: case for case, _ in asked}.values())
        plays = [(case, index) for case, index in asked if case.name not in left_out]
        if plays:
            self.boxes.prepare()
        self.begin(len(plays), left_out)
        if not plays:
            reasons = "; ".join(f"{name} {reason}" for name, reason in left_out.items())
            raise NothingToPlay(f"No case of {self.job.board} can be played on this machine: {reasons}.")
        protocol = importlib.import_module(self.job.board.task.play)
        for number, (case, index) in enumerate(plays, 1):
            self.where = (case.name, index)
            try:
                self.play(protocol, case, index, is_last=number == len(plays))
            except NoTruth:
                continue
            self.played += 1
        self.where = ("", 0)
        self.emit(
            {
                "type": "finished",
                "plays": self.played,
                "artefacts": self.report.artefacts,
                "spent": self.total,
                "evaluator_seconds": self.evaluator_seconds,
                "data": data.used(),
            }
        )

    def begin(self, plays: int, left_out: dict[str, str]) -> None:
        level = probe_isolation(self.job.device).level if self.job.mode == "sandbox" and not self.job.oracle else "none"
        facts = provenance(self.job, level)
        if self.job.oracle:
            facts["oracle"] = self.job.oracle
        self.emit(
            {
                "type": "started",
                "plays": plays,
                "left_out": left_out,
                "device": self.job.device,
                "device_name": facts["device_name"],
                "isolation": level,
                "provenance": facts,
            }
        )

    def play(self, protocol: ModuleType, case: Case[Any], index: int, *, is_last: bool) -> None:
        """One case and seed with a fresh method, told when it is over."""
        self.report.begin(*self.where)
        job, limits = self.job, self.job.board.limits
        seed = seed_of(job, case, index)
        device = job.device if job.board.task.works_on_device else "cpu"
        oracle = partial(protocol.oracle, job.oracle, case, seed=seed, device=device) if job.oracle else None
        playing = Playing(job, self.boxes, seed=methods_seed(job, case, index), oracle=oracle)
        is_told = index == 0 or not job.draws_are_secret
        try:
            with own_work(limits, is_enforced=job.mode != "inprocess") as work:
                method = Proxy(playing)
                if not is_last:
                    self.boxes.prepare()
                scores = protocol.play(case, seed=seed, device=device, method=method, report=self.report)
            scores = checked(scores, job.board, case)
        except (MethodFailure, AnswerError) as failure:
            if is_told:
                raise
            raise in_our_words(failure, job.code) from None
        finally:
            playing.end()
            if is_told:
                tell_log(self.emit, playing.log(), *self.where)
        spent = playing.spent()
        own = max(work.cpu_seconds - (spent["cpu_seconds"] if job.mode == "inprocess" else 0.0), 0.0)
        add(self.total, spent)
        self.evaluator_seconds += own
        self.emit(
            {
                "type": "play", "case": case.name, "seed": index, "scores": scores, "spent": spent,
                "evaluator_seconds": own, "data": data.used(),
            }
        )  # fmt: skip


def play_key(job: Job, case: Case[Any], index: int) -> bytes:
    """The secret of one play."""
    return hmac.digest(job.seed_key, f"{case.name}/{index}".encode(), "sha256")


def seed_of(job: Job, case: Case[Any], index: int) -> Seed:
    """What the board draws from."""
    key = play_key(job, case, index)
    salt = hmac.digest(key, (job.salt or meaning_of(job.code)).encode(), "sha256")
    return Seed(index, key, salt, Seed.site_of(job.seed_key))


def methods_seed(job: Job, case: Case[Any], index: int) -> int:
    """The seed that the method is given, 32 bits, from which nothing of the board's can be learnt."""
    return int.from_bytes(hmac.digest(play_key(job, case, index), b"the method's own seed", "sha256")[:4], "little")


def lacking(cases: Iterable[Case[Any]]) -> dict[str, str]:
    """Those of the cases that can't be played on this machine, each with the reason."""
    reasons = {}
    for case in cases:
        missing = [name for name in case.packages if importlib.util.find_spec(name) is None]
        reason = f"needs the package {', '.join(missing)}, which is not installed here" if missing else ""
        if reason := reason or next(filter(None, map(data.missing, case.data)), ""):
            reasons[case.name] = reason
    return reasons


def checked(scores: Scores, board: Board, case: Case[Any]) -> Scores:
    """The scores of a play as plain floats. Raises ValueError where they are not what the card promises.

    A ranked case must have the primary metric, unless that may be lacking; one that is only shown need not.
    """
    task = board.task
    names = {metric.name for metric in task.metrics}
    if unknown := set(scores) - names:
        raise ValueError(f"{task.play} scored {sorted(unknown)}, the card names {sorted(names)}")
    if case.ranked and task.primary.name not in scores and not task.primary.may_lack:
        raise ValueError(f"{task.play} gave no {task.primary.name} on the ranked case {case.name}")
    plain = {name: float(value) for name, value in scores.items()}
    if bad := [name for name, value in plain.items() if not math.isfinite(value)]:
        raise ValueError(f"{task.play} gave a score that is not finite: {', '.join(bad)}")
    return plain


def tell_log(emit: Emit, text: str, case: str, seed: int) -> None:
    if text:
        emit({"type": "log", "text": f"[{case}, seed {seed}]\n{text.rstrip()}\n"})


def nothing_spent() -> Spent:
    return Spent(seconds=0.0, cpu_seconds=0.0, gpu_seconds=0.0, memory_bytes=0, gpu_memory_bytes=None)


def add(total: Spent, spent: Spent) -> None:
    total["seconds"] += spent["seconds"]
    total["cpu_seconds"] += spent["cpu_seconds"]
    total["gpu_seconds"] += spent["gpu_seconds"]
    total["memory_bytes"] = max(total["memory_bytes"], spent["memory_bytes"])
    total["gpu_memory_bytes"] = largest(total["gpu_memory_bytes"], spent["gpu_memory_bytes"])


def failed(
    whose: Any, reason: Any, message: str, case: str = "", seed: int = 0, *, traceback: str = "",
    exceeded: Exceeded | None = None,
) -> Failed:  # fmt: skip
    event: Failed = {
        "type": "failed",
        "whose": whose,
        "reason": reason,
        "message": message,
        "traceback": traceback,
        "case": case,
        "seed": seed,
    }
    if exceeded:
        event["exceeded"] = exceeded
    return event
