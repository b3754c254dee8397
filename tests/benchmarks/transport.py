"""The exact house method of `wasserstein` beside the solver that gives the truth: CPU seconds, in turn, and their ratio.

python -m tests.benchmarks.transport; part of `make bench`.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np

from papers.wgan_ts.kit import exact_potentials
from papers.wgan_ts.problem.transport import pairwise, solve

SIZES = ((250, 2), (1000, 2), (2000, 1), (2000, 2), (2000, 8), (2000, 64))


def exact_against_truth(rounds: int) -> None:
    """Equally many points from N(0, I) and N(0, 4 I), L1 cost; the costs are given to both."""
    print("Exact transport, CPU seconds: house method / network simplex, median ratio of pairs, largest difference")
    for n, d in SIZES:
        pairs, differences = [], []
        for index in range(rounds):
            rng = np.random.default_rng(index)
            c = pairwise(rng.normal(size=(n, d)), 2 * rng.normal(size=(n, d)), "l1")
            (ours, (f, g)), (theirs, found) = timed(lambda c=c: exact_potentials(c)), timed(lambda c=c: solve(c))
            pairs.append((ours, theirs))
            differences.append(abs(f.mean() - g.mean() - found.value))
        ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
        ratio = statistics.median(a / b for a, b in pairs)
        print(f"  n {n:5} d {d:3}: {ours:6.2f} / {theirs:6.2f} = {ratio:5.2f}   {max(differences):.0e}")


def timed(work: Callable[[], object]) -> tuple[float, object]:
    start = time.process_time()
    answer = work()
    return time.process_time() - start, answer


if __name__ == "__main__":
    exact_against_truth(3)
