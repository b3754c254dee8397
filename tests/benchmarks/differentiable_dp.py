"""The closed forms against what a user would pick: CPU-seconds of value and gradient, in turn, one thread.

    python -m tests.benchmarks.differentiable_dp [--rounds 3]

tslearn and pytorch-crf are compared where they can be imported; nothing of the project needs them.
"""

import argparse
import importlib
import importlib.util
import time
from collections.abc import Callable

import numpy as np
import torch

from tests.papers import contestant

Call = Callable[[], tuple[np.ndarray, np.ndarray]]


def house(slug: str, call: str, theta: np.ndarray, *sizes: np.ndarray) -> Call:
    method = contestant.load("dp_operators", slug).Method(0, "cpu")
    return lambda: getattr(method, call)(theta, *sizes, "entropy", 1.0)


def tslearn_dtw(theta: np.ndarray) -> Call:
    SoftDTW = importlib.import_module("tslearn.metrics").SoftDTW

    def solve() -> tuple[np.ndarray, np.ndarray]:
        programs = [SoftDTW(costs.astype(float), gamma=1.0) for costs in theta]
        return np.array([program.compute() for program in programs]), np.stack([program.grad() for program in programs])

    return solve


def torchcrf_partition(unary: np.ndarray, moves: np.ndarray) -> Call:
    """The library's log-likelihood of a path of zeros; its gradient by unary scores, plus that path, is the marginals."""
    CRF = importlib.import_module("torchcrf").CRF

    batch, steps, states = unary.shape
    crf = CRF(states, batch_first=True)
    with torch.no_grad():
        crf.start_transitions.zero_()
        crf.end_transitions.zero_()
        crf.transitions.copy_(torch.from_numpy(moves.T))
    path = torch.zeros(batch, steps, dtype=torch.long)

    def solve() -> tuple[np.ndarray, np.ndarray]:
        scores = torch.from_numpy(unary).requires_grad_()
        likelihood = crf(scores, path, reduction="none")
        (gradient,) = torch.autograd.grad(-likelihood.sum(), scores)
        own = unary[:, :, 0].sum(1) + (steps - 1) * moves[0, 0]
        marginals = gradient.numpy().copy()
        marginals[:, :, 0] += 1
        return own - likelihood.detach().numpy(), marginals

    return solve


def cheapest(calls: dict[str, Call], rounds: int) -> dict[str, float]:
    """CPU-seconds of the cheapest of so many calls, in turn; the first one, which may compile, is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds + 1):
        for name, call in calls.items():
            start = time.process_time()
            call()
            seconds[name].append(time.process_time() - start)
    return {name: min(times[1:]) for name, times in seconds.items()}


def show(title: str, calls: dict[str, Call], rounds: int, marginals: Callable[[np.ndarray], np.ndarray]) -> None:
    print(title)
    ours = calls["compiled"]()[1]
    for name, call in calls.items():
        gradient = call()[1]
        same = gradient if gradient.ndim == 3 else marginals(gradient)
        own = ours if ours.ndim == 3 else marginals(ours)
        print(f"  {name:12} differs by at most {np.abs(same - own).max():.1e}")
    told = cheapest(calls, rounds)
    peers = [seconds for name, seconds in told.items() if name in ("tslearn", "pytorch-crf")]
    for name, seconds in told.items():
        faster = f", {min(peers) / seconds:.1f} times as fast as the best peer" if peers else ""
        print(f"  {name:12} {seconds:.4f} CPU-s{faster}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    for steps in (100, 1000):
        theta, sizes = rng.normal(size=(8, steps, steps)).astype(np.float32) ** 2, np.full(8, steps)
        calls = {slug: house(slug, "dtw", theta, sizes, sizes) for slug in ("closed_form", "compiled")}
        if importlib.util.find_spec("tslearn"):
            calls["tslearn"] = tslearn_dtw(theta)
        show(f"soft-DTW, {steps} x {steps}, batch 8", calls, rounds, lambda gradient: gradient)
        unary, moves = rng.normal(size=(8, steps, 16)).astype(np.float32), rng.normal(size=(16, 16)).astype(np.float32)
        potentials = unary[:, :, :, None] + moves
        potentials[:, 0] = unary[:, 0, :, None] - np.log(16).astype(np.float32)  # no previous tag at the first step
        calls = {
            slug: house(slug, "viterbi", potentials, np.full(8, steps)) for slug in ("closed_form", "compiled", "tree")
        }
        if importlib.util.find_spec("torchcrf"):
            calls["pytorch-crf"] = torchcrf_partition(unary, moves)
        show(f"CRF, {steps} steps, 16 tags, batch 8", calls, rounds, lambda gradient: gradient.sum(-1))


if __name__ == "__main__":
    main()
