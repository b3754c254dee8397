"""What a play of `control` costs: SBEED on the pendulum in the sandbox and in this process, and the bare loop of a random agent.

    python -m tests.benchmarks.sbeed [--rounds 3]

CPU-seconds of evaluator and method together. The loop is also run without an evaluator, at several numbers of environments.
"""

import argparse
import statistics
import time
from dataclasses import replace

import numpy as np

from papers import catalogue
from papers.sbeed.control.online import actions_for
from papers.sbeed.problem.environments import Environments
from papers.sbeed.problem.pendulum import Pendulum
from runners import local
from runners.job import Job
from tests.benchmarks.overparameterization import spent
from tests.papers import contestant

CASE = "pendulum/30k"
ROWS, CALLS = (1, 16, 64, 256), 2000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.sbeed", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    for slug in ("sbeed", "uniform"):
        play_in_both(slug, rounds)
    bare_loop()


def play_in_both(slug: str, rounds: int) -> None:
    """The same play in turn: medians, and the median of the pairs' ratios."""
    board = catalogue.board("control", "quick")
    job: Job = replace(local.job_of(board, board.task.method(slug)), cases=(CASE,), seeds=1)
    spent(replace(job, mode="inprocess"))  # imports
    pairs = [(sum(spent(job)), sum(spent(replace(job, mode="inprocess")))) for _ in range(rounds)]
    inside, outside = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(inside / outside for inside, outside in pairs)
    print(f"{CASE}, {slug}: CPU-seconds in the sandbox / in this process: {inside:.2f} / {outside:.2f} = {ratio:.2f}")


def bare_loop() -> None:
    """Random torques without a sandbox: calls of `act` a second, the step of the simulator included."""
    print("random agent in this process: rows, calls a second, steps a second")
    for rows in ROWS:
        method = contestant.contestant("control", "uniform")
        method.begin(3, 0, np.full(1, -2, np.float32), np.full(1, 2, np.float32), 1.0, 0.0, rows, CALLS * rows)
        pendulums = Environments(rows, Pendulum(), np.random.default_rng(0))
        start = time.process_time()
        for _ in range(CALLS):
            pendulums.step(actions_for(method, pendulums.model, pendulums.seen(), explore=True))
        rate = CALLS / (time.process_time() - start)
        print(f"  {rows:>3} {rate:>9,.0f} {rate * rows:>11,.0f}")


if __name__ == "__main__":
    main()
