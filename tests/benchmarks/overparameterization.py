"""13,000 calls of a play of `optimisation`, thirteen boxes: CPU-seconds in the sandbox and in this process.

    python -m tests.benchmarks.overparameterization [--rounds 3]

In the sandbox the evaluator's own work and the method's add up; what thirteen interpreters need to start is told beside
them. Part of `make bench`.
"""

import argparse
import statistics
from dataclasses import replace

import psutil

from papers import catalogue
from runners import local
from runners.evaluation import evaluate
from runners.job import Job
from runners.sandbox import Sandbox, preload_for

CASE, METHOD = "breast/logistic", "gd"  # neither settles nor diverges: every trial has all its gradients
TRIALS = 13


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.overparameterization", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    play_in_both(parser.parse_args().rounds)


def play_in_both(rounds: int) -> None:
    """The same play in turn: medians, and the median of the pairs' ratios."""
    board = catalogue.board("optimisation", "quick")
    job = replace(local.job_of(board, board.task.method(METHOD)), cases=(CASE,), seeds=1)
    spent(replace(job, mode="inprocess"))  # imports, and the table is read
    pairs = [(spent(job), spent(replace(job, mode="inprocess"))) for _ in range(rounds)]
    own, methods = (statistics.median(inside[side] for inside, _ in pairs) for side in (0, 1))
    outside = statistics.median(sum(process) for _, process in pairs)
    ratio = statistics.median(sum(inside) / sum(process) for inside, process in pairs)
    calls = TRIALS * board.case(CASE).params.budget
    print(f"A play of optimisation, {calls:,} calls: CPU-seconds in the sandbox / in this process")
    print(f"  evaluator {own:.2f} + method {methods:.2f} = {own + methods:.2f} / {outside:.2f} = {ratio:.2f}")
    print(
        f"  thirteen interpreters with numpy beside them: {statistics.median(starts(job) for _ in range(rounds)):.2f}"
    )


def spent(job: Job) -> tuple[float, float]:
    """CPU-seconds of the evaluator and of the method in one play."""
    told: list = []
    assert evaluate(job, told.append), told[-1]
    play = next(event for event in told if event["type"] == "play")
    return play["evaluator_seconds"], play["spent"]["cpu_seconds"]


def starts(job: Job) -> float:
    """CPU-seconds of the processes of as many boxes as a play has, until they can take a method."""
    total = 0.0
    for _ in range(TRIALS):
        with Sandbox.start(limits=job.board.limits, device="cpu", preload=preload_for(job.code)) as box:
            box.load(job.code, seed=1, calls=job.board.task.required_calls)
            total += sum(sum(process.cpu_times()[:2]) for process in psutil.Process().children(recursive=True))
    return total


if __name__ == "__main__":
    main()
