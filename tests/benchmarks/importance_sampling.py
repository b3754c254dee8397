"""A run of `sample_selection`: CPU-seconds in the sandbox and in this process; gradients of samples at once and one by one.

    python -m tests.benchmarks.importance_sampling [--rounds 3]

Part of `make bench`.
"""

import argparse
import statistics
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

CASE, METHODS = "digits/clean", ("uniform", "upper_bound_always")
NETWORKS, SAMPLES = ("dense", "convnet"), 160


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.importance_sampling", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    measure(parser.parse_args().rounds)


def measure(rounds: int) -> None:
    for slug in METHODS:
        play_in_both(slug, rounds)
    differentiate_in_both(rounds)


def play_in_both(slug: str, rounds: int) -> None:
    """The same play in turn: medians, and the median of the pairs' ratios."""
    board = catalogue.board("sample_selection", "quick")
    job = replace(local.job_of(board, board.task.method(slug)), cases=(CASE,), seeds=1)
    spent(replace(job, mode="inprocess"))  # imports
    pairs = [(spent(job), spent(replace(job, mode="inprocess"))) for _ in range(rounds)]
    own, methods = (statistics.median(inside[side] for inside, _ in pairs) for side in (0, 1))
    outside = statistics.median(sum(process) for _, process in pairs)
    ratio = statistics.median(sum(inside) / sum(process) for inside, process in pairs)
    print(f"{slug} on {CASE}: CPU-seconds in the sandbox / in this process")
    print(f"  evaluator {own:.2f} + method {methods:.2f} = {own + methods:.2f} / {outside:.2f} = {ratio:.2f}")


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
    seconds = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return min(seconds)


if __name__ == "__main__":
    main()
