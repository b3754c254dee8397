"""The closed forms against what a user would pick: CPU-seconds of value and gradient, in turn, one thread.

    python -m tests.benchmarks.differentiable_dp [--rounds 3] [--loaded]

tslearn, pysdtw, pytorch-crf and torch-struct are compared where they can be imported; nothing of the project needs them. The
closed form in torch keeps its room and its views between calls of one shape, so its first call, not counted here, costs more.

--loaded instead plays one case through the sandbox on the machine as it is and with two busy processes a core, in turn: the
ratio of the times that the board reports.
"""

import argparse
import importlib
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from tests.papers import contestant
from tests.site import ROOT

PEERS = ("tslearn", "pysdtw", "pytorch-crf", "torch-struct")
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


def pysdtw_dtw(theta: np.ndarray) -> Call:
    costs = torch.from_numpy(theta)
    SoftDTW = importlib.import_module("pysdtw").SoftDTW
    program = SoftDTW(gamma=1.0, dist_func=lambda x, y: costs, use_cuda=False)
    series = torch.zeros(*theta.shape[:2], 1)

    def solve() -> tuple[np.ndarray, np.ndarray]:
        costs.requires_grad_()
        value = program(series, series)
        (gradient,) = torch.autograd.grad(value.sum(), costs)
        return value.detach().numpy(), gradient.numpy()

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


def torchstruct_partition(unary: np.ndarray, moves: np.ndarray) -> Call:
    """The library scores pairs of neighbours: the first step's scores go to its pair's previous tag."""
    LinearChainCRF = importlib.import_module("torch_struct").LinearChainCRF
    pairs = torch.from_numpy(unary[:, 1:, :, None] + moves)
    pairs[:, 0] += torch.from_numpy(unary[:, 0, None, :])

    def solve() -> tuple[np.ndarray, np.ndarray]:
        scores = pairs.clone().requires_grad_()
        value = LinearChainCRF(scores).partition
        (gradient,) = torch.autograd.grad(value.sum(), scores)
        first = gradient[:, :1].sum(2)
        return value.detach().numpy(), torch.cat([first, gradient.sum(3)], 1).numpy()

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
    peers = [seconds for name, seconds in told.items() if name in PEERS]
    for name, seconds in told.items():
        faster = f", {min(peers) / seconds:.1f} times as fast as the best peer" if peers else ""
        print(f"  {name:12} {seconds:.4f} CPU-s{faster}")


def seconds_of(slug: str) -> float:
    """CPU-seconds that the board reports for value and gradient of one play."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scores.json"
        command = [sys.executable, "-m", "runners", "dp_operators", "--house", slug, "--case", "viterbi/entropy"]
        subprocess.run(
            [*command, "--seeds", "1", "--json", str(path), "--out", folder], cwd=ROOT, check=True, capture_output=True
        )
        scores = json.loads(path.read_text())["scores"]
    return next(float(score["value"]) for score in scores if score["metric"] == "seconds")


def loaded_against_quiet(slug: str, rounds: int) -> None:
    ratios = []
    for _ in range(rounds):
        quiet = seconds_of(slug)
        busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * (os.cpu_count() or 1))]
        try:
            loaded = seconds_of(slug)
        finally:
            for process in busy:
                process.kill()
                process.wait()
        ratios.append(loaded / quiet)
        print(f"  {slug:12} {quiet:.4f} CPU-s as it is, {loaded:.4f} under load: {ratios[-1]:.2f}")
    print(f"  {slug:12} median ratio {statistics.median(ratios):.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--loaded", action="store_true")
    options = parser.parse_args()
    rounds = options.rounds
    torch.set_num_threads(1)
    if options.loaded:
        loaded_against_quiet("closed_form", rounds)
    else:
        against_peers(rounds)


def against_peers(rounds: int) -> None:
    rng = np.random.default_rng(0)
    for steps, calls_each in ((100, 4 * rounds), (1000, rounds)):  # a short call is at the mercy of what else runs
        theta, sizes = rng.normal(size=(8, steps, steps)).astype(np.float32) ** 2, np.full(8, steps)
        calls = {slug: house(slug, "dtw", theta, sizes, sizes) for slug in ("closed_form", "compiled")}
        if importlib.util.find_spec("tslearn"):
            calls["tslearn"] = tslearn_dtw(theta)
        if importlib.util.find_spec("pysdtw"):
            calls["pysdtw"] = pysdtw_dtw(theta)
        show(f"soft-DTW, {steps} x {steps}, batch 8", calls, calls_each, lambda gradient: gradient)
        unary, moves = rng.normal(size=(8, steps, 16)).astype(np.float32), rng.normal(size=(16, 16)).astype(np.float32)
        potentials = unary[:, :, :, None] + moves
        potentials[:, 0] = unary[:, 0, :, None] - np.log(16).astype(np.float32)  # no previous tag at the first step
        calls = {
            slug: house(slug, "viterbi", potentials, np.full(8, steps)) for slug in ("closed_form", "compiled", "tree")
        }
        if importlib.util.find_spec("torchcrf"):
            calls["pytorch-crf"] = torchcrf_partition(unary, moves)
        if importlib.util.find_spec("torch_struct"):
            calls["torch-struct"] = torchstruct_partition(unary, moves)
        show(f"CRF, {steps} steps, 16 tags, batch 8", calls, calls_each, lambda gradient: gradient.sum(-1))


if __name__ == "__main__":
    main()
