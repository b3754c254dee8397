"""A run of `sample_selection`: CPU-seconds in the sandbox and in this process; gradients of samples at once and one by one.

    python -m tests.benchmarks.importance_sampling [--rounds 3]

A play takes turns with another process at every step. What that costs whatever is said is measured too, with a process that
only sends back a few bytes: on a busy machine whoever waits finds the processor's caches full of others' data. Part of
`make bench`.
"""

import argparse
import resource
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import torch
from torch import nn
from torch.nn import functional

from papers import catalogue
from papers.importance_sampling.problem import gradients, networks
from runners import local
from runners.evaluation import evaluate
from runners.job import Job
from tests.papers.importance_sampling.selecting import case_of, play

METHODS = ("uniform", "upper_bound_always")
CASES = (("quick", "digits/clean"), ("full", "digits/convnet/clean"))  # steps of two sizes
TURNS_UNITS, WORDS = 100_000, 1024  # of the loop that takes turns with a bare process: units, bytes of a message
NETWORKS, SAMPLES = ("dense", "convnet"), 160


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.importance_sampling", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    measure(parser.parse_args().rounds)


def measure(rounds: int) -> None:
    for tier, case in CASES:
        for slug in METHODS:
            play_in_both(slug, tier, case, rounds)
        take_turns(case, rounds)
    differentiate_in_both(rounds)


def play_in_both(slug: str, tier: str, case: str, rounds: int) -> None:
    """The same play in turn: medians, and the median of the pairs' ratios."""
    board = catalogue.board("sample_selection", tier)
    job = replace(local.job_of(board, board.task.method(slug)), cases=(case,), seeds=1)
    spent(replace(job, mode="inprocess"))  # imports
    pairs = [(spent(job), spent(replace(job, mode="inprocess"))) for _ in range(rounds)]
    own, methods = (statistics.median(inside[side] for inside, _ in pairs) for side in (0, 1))
    outside = statistics.median(sum(process) for _, process in pairs)
    ratio = statistics.median(sum(inside) / sum(process) for inside, process in pairs)
    print(f"{slug} on {case}: CPU-seconds in the sandbox / in this process")
    print(f"  evaluator {own:.2f} + method {methods:.2f} = {own + methods:.2f} / {outside:.2f} = {ratio:.2f}")


class Turns:
    """Never scores; hears a message from a bare process before each answer, as it would in a sandbox."""

    def __init__(self, echo: subprocess.Popen[bytes]) -> None:
        self.echo = echo

    def prepare(self, info: object) -> tuple[int, int]:
        return 0, 0

    def observe(self, *told: object) -> int:
        assert self.echo.stdin
        assert self.echo.stdout
        self.echo.stdin.write(bytes(WORDS))
        self.echo.stdout.read(WORDS)
        return 0


def take_turns(case: str, rounds: int) -> None:
    """Uniform steps alone, and with a bare process that speaks after each: the least that a method elsewhere costs."""
    pairs = [(turning(case), alone(case)) for _ in range(rounds)]
    ratio = statistics.median(turned / bare for turned, bare in pairs)
    turned, bare = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"  taking turns with a bare process, {TURNS_UNITS} units: {turned:.2f} / {bare:.2f} = {ratio:.2f}")


def turning(case: str) -> float:
    """CPU-seconds of a short run and of the process that it takes turns with."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as echo:
        own = seconds_of(partial(play, case_of(case, TURNS_UNITS), Turns(echo)))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own + after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def alone(case: str) -> float:
    return seconds_of(partial(play, case_of(case, TURNS_UNITS), "uniform"))


def spent(job: Job) -> tuple[float, float]:
    """CPU-seconds of the evaluator and of the method in one play."""
    told: list = []
    assert evaluate(job, told.append), told[-1]
    play = next(event for event in told if event["type"] == "play")
    return play["evaluator_seconds"], play["spent"]["cpu_seconds"]


def differentiate_in_both(rounds: int) -> None:
    """Per-sample gradients by torch.func against a loop over the samples, and inner products without any gradient."""
    x, y = torch.randn(SAMPLES, 1, 8, 8), torch.arange(SAMPLES) % 10
    for network in NETWORKS:
        net = networks.build(network, (1, 8, 8), seed=0)
        together = fastest(partial(gradients.per_sample, net, x, y), rounds)
        alone = fastest(partial(one_by_one, net, x, y), rounds)
        products = fastest(partial(gradients.gram_of, net, x, y), rounds)
        print(
            f"Gradients of {SAMPLES} samples, {network}, ms: torch.func {together * 1e3:.1f} / a loop {alone * 1e3:.1f}",
            end="",
        )
        print(f" = {together / alone:.2f}; their inner products {products * 1e3:.1f}")


def one_by_one(net: nn.Module, x: torch.Tensor, y: torch.Tensor) -> None:
    weights = tuple(net.parameters())
    for row in range(len(x)):
        torch.autograd.grad(functional.cross_entropy(net(x[row : row + 1]), y[row : row + 1]), weights)


def fastest(work: Callable[[], object], rounds: int) -> float:
    """CPU-seconds."""
    work()
    return min(seconds_of(work) for _ in range(rounds))


def seconds_of(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    main()
