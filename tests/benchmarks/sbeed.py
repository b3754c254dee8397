"""What a play of `control` costs: SBEED on the pendulum in the sandbox and in this process, and the bare loop of a random agent.

    python -m tests.benchmarks.sbeed [--rounds 3] [--library [--steps 30000] [--method sbeed ppo SAC ...]]

CPU-seconds of evaluator and method together. The loop is also run without an evaluator, at several numbers of environments.
With --library it is measured instead what learning costs and what return it comes to, beside Stable-Baselines3 2.9.2 (MIT) with
its own defaults and gymnasium's pendulum: it is installed into a temporary folder, and is no requirement of the project. Its
SAC takes minutes. All on nominal physics, with one thread, judged by the same twenty episodes.
"""

import argparse
import importlib
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from typing import Any

import gymnasium
import numpy as np
import torch

from papers import catalogue
from papers.sbeed.control.online import AT_END, BLOCK, actions_for, evaluate, gather
from papers.sbeed.problem.environments import Environments
from papers.sbeed.problem.pendulum import Pendulum
from runners import local
from runners.job import Job
from tests.benchmarks.overparameterization import spent
from tests.papers import contestant

CASE = "pendulum/30k"
ROWS, CALLS = (1, 16, 64, 256), 2000
LIBRARY, PEERS = "stable-baselines3==2.9.2", ("PPO", "SAC")  # as the library spells them; ours are in lower case
ENVIRONMENTS = 15  # of ours, as on the board


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.sbeed", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--library", action="store_true")
    parser.add_argument("--steps", type=int, default=30_000)
    parser.add_argument("--method", nargs="+", default=["sbeed", "ppo", "sac", *PEERS])
    options = parser.parse_args()
    if options.library:
        beside_a_library(options.method, options.steps)
        return
    rounds = options.rounds
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


def beside_a_library(methods: list[str], steps: int) -> None:
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        library = installed(folder)
        print(f"Pendulum, {steps:,} steps, seed 0: CPU-seconds of learning, mean return of {AT_END} episodes")
        for name in methods:
            learner, seconds = learnt_by_peer(library, name, steps) if name in PEERS else learnt_by_ours(name, steps)
            returns, _ = evaluate(learner, Pendulum(), AT_END, np.random.default_rng(1))
            who = "Stable-Baselines3" if name in PEERS else "ours"
            print(f"  {name:8} {who:18} {seconds:7.1f} {returns.mean():8.0f}", flush=True)


def installed(folder: str) -> Any:
    """What else it needs, gymnasium and torch, are the project's own."""
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", folder, LIBRARY]
    subprocess.run(command, check=True)
    sys.path.append(folder)
    return importlib.import_module("stable_baselines3")


def learnt_by_ours(slug: str, steps: int) -> tuple[Any, float]:
    method, pendulums = (
        contestant.contestant("control", slug),
        Environments(ENVIRONMENTS, Pendulum(), np.random.default_rng(0)),
    )
    start = time.process_time()
    method.begin(3, 0, -Pendulum.high, Pendulum.high, 1.0, 0.0, ENVIRONMENTS, steps)
    for _ in range(steps // (BLOCK * ENVIRONMENTS)):
        method.observe(*gather(method, pendulums))
    return method, time.process_time() - start


class Peer:
    """A model of the library's as a method that no longer learns."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def act(self, obs: np.ndarray, explore: bool) -> np.ndarray:
        return np.asarray(self._model.predict(obs, deterministic=not explore)[0])


def learnt_by_peer(library: Any, name: str, steps: int) -> tuple[Any, float]:
    model = getattr(library, name)("MlpPolicy", gymnasium.make("Pendulum-v1"), seed=0, device="cpu")
    start = time.process_time()
    model.learn(steps)
    return Peer(model), time.process_time() - start


if __name__ == "__main__":
    main()
