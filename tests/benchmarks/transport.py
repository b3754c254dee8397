"""What `wasserstein` solves exactly beside POT's network simplex: CPU seconds, in turn, and their ratio.

python -m tests.benchmarks.transport; part of `make bench`.
"""

import itertools
import statistics
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from papers.wgan_ts.kit import exact_potentials, pairwise
from papers.wgan_ts.kit.assignment import network_simplex
from tests.benchmarks.results import note

T = TypeVar("T")
SIZES = ((250, 2), (1000, 2), (1000, 32), (2000, 1), (2000, 2), (2000, 8), (2000, 32))


def exact_beside_all_pairs(rounds: int) -> None:
    """Equally many points from N(0, I) and N(0, 4 I); the costs are given to both."""
    print("Exact transport, CPU seconds: ours / POT among all pairs, median ratio of pairs, largest difference")
    for cost, (n, d) in itertools.product(("l1", "l2"), SIZES):
        weights, pairs, differences = np.full(n, 1 / n), [], []
        for index in range(rounds):
            rng = np.random.default_rng(index)
            c = pairwise(rng.normal(size=(n, d)), 2 * rng.normal(size=(n, d)), cost)
            ours, (f, g) = timed(exact_potentials, c)
            theirs, (plan, *_) = timed(network_simplex, c, weights, weights)
            pairs.append((ours, theirs))
            differences.append(abs(f.mean() - g.mean() - (plan * c).sum()))
        ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
        ratio = statistics.median(a / b for a, b in pairs)
        print(f"  {cost} n {n:5} d {d:3}: {ours:6.2f} / {theirs:6.2f} = {ratio:5.2f}   {max(differences):.0e}")
        note(f"exact potentials, {cost}, n {n}, d {d}, CPU-s", ours)
        note(f"POT among all pairs, {cost}, n {n}, d {d}, CPU-s", theirs)


def timed(work: Callable[..., T], *arguments: np.ndarray) -> tuple[float, T]:
    start = time.process_time()
    answer = work(*arguments)
    return time.process_time() - start, answer


if __name__ == "__main__":
    exact_beside_all_pairs(3)
