"""Neural processes on the board's own contexts by CPU-seconds of training, beside the exact predictive and a library's.

    python -m tests.benchmarks.conditional_neural_processes [--seconds 60 180] [--methods cnp convcnp] [--library] [--growth]

With --library the models of neuralprocesses 0.2.7 (MIT) learn from the same batches for the first of the times, as they
come: the library is installed into a temporary folder, and is no requirement of the project. With --growth it is measured
instead how the cost of a call grows with context and targets where a call's fixed cost no longer counts. Prints a table;
asserts nothing.
"""

import argparse
import importlib
import subprocess
import sys
import tempfile
import time
from typing import Any

import numpy as np
import torch

from papers.conditional_neural_processes.few_shot_functions import scoring
from papers.conditional_neural_processes.kit import draw
from papers.conditional_neural_processes.kit.learning import SHARE, Batches
from papers.conditional_neural_processes.problem.oracles import predictive
from tests.papers import contestant

CONTEXTS = (3, 5, 10, 15, 25, 50)
FUNCTIONS = 256
TASK = {"kind": "curves", "family": "rbf", "x_dim": 1, "y_dim": 1, "max_context": max(CONTEXTS)} | {
    "images": np.zeros((0, 0, 0, 1), np.float32)
}
PEERS = {"cnp": ("construct_gnp", {}), "convcnp": ("construct_convgnp", {"points_per_unit": 64})}
SIZES = 128, 256, 512  # context points, or targets, as on the board
LARGER = 16  # times as many, where a call's fixed cost no longer counts
PEERS_RATE = 3e-4  # as in the library's own experiments

Rounds = list[tuple[np.ndarray, np.ndarray]]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.conditional_neural_processes", description=__doc__
    )
    parser.add_argument("--seconds", type=float, nargs="+", default=[60, 180])
    parser.add_argument("--methods", nargs="*", default=["cnp", "convcnp"])
    parser.add_argument("--library", action="store_true")
    parser.add_argument("--growth", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.growth:
        for slug in options.methods:
            show_growth(slug)
        return
    rounds = [draw("rbf", np.random.default_rng([12, n]), FUNCTIONS, n + 50) for n in CONTEXTS]
    exact = [likelihood_of_exact(*each, n) for each, n in zip(rounds, CONTEXTS, strict=True)]
    print(f"Log-likelihood a target on RBF curves by context points {CONTEXTS}; then the gap to {np.mean(exact):.3f}")
    print(f"{'exact':>16} {'':>8} {np.round(exact, 2)}")
    for slug in options.methods:
        for seconds in options.seconds:
            used, values = train_method(slug, seconds, rounds)
            show(slug, used, values, exact)
    if options.library:
        with tempfile.TemporaryDirectory() as folder:
            library = installed(folder)
            for slug in PEERS:
                used, values = train_peer(library, slug, options.seconds[0], rounds)
                show(f"library's {slug}", used, values, exact)


def show_growth(slug: str) -> None:
    method = contestant.load("few_shot_functions", slug).Method(0, "cpu")
    method.fit(TASK | {"budget_s": 1.0})
    for sizes in (SIZES, tuple(LARGER * size for size in SIZES)):
        context = scoring.exponent(sizes, [call_seconds(method, size, SIZES[0]) for size in sizes])
        targets = scoring.exponent(sizes, [call_seconds(method, SIZES[0], size) for size in sizes])
        print(f"{slug:>16} from {sizes[0]} to {sizes[-1]}: n^{context:.2f}, m^{targets:.2f}", flush=True)


def call_seconds(method: Any, context: int, targets: int) -> float:
    """CPU-seconds of a call for one function: the least of five."""
    x = np.random.default_rng(0).uniform(-2, 2, (1, context + targets, 1)).astype(np.float32)
    used = []
    for _ in range(5):
        start = time.process_time()
        method.predict(x[:, :context], np.sin(3 * x[:, :context]), x[:, context:])
        used.append(time.process_time() - start)
    return min(used)


def show(name: str, used: float, values: list[float], exact: list[float]) -> None:
    mean, gap = np.mean(values), np.mean(exact) - np.mean(values)
    print(f"{name:>16} {used:6.1f} s {np.round(values, 2)} mean {mean:.3f} gap {gap:.3f}", flush=True)


def likelihood_of_exact(x: np.ndarray, y: np.ndarray, n: int) -> float:
    return float(predictive("rbf", x[:, :n, 0], y[:, :n, 0], x[:, n:, 0]).log_density(y[:, n:, 0].astype(float)).mean())


def train_method(slug: str, seconds: float, rounds: Rounds) -> tuple[float, list[float]]:
    """CPU-seconds of the fit, and the log-likelihood by size of context."""
    method = contestant.load("few_shot_functions", slug).Method(0, "cpu")
    start = time.process_time()
    method.fit(TASK | {"budget_s": seconds})
    used = time.process_time() - start
    return used, [likelihood(method, *each, n) for each, n in zip(rounds, CONTEXTS, strict=True)]


def likelihood(method: Any, x: np.ndarray, y: np.ndarray, n: int) -> float:
    parts = [method.predict(x[i : i + 64, :n], y[i : i + 64, :n], x[i : i + 64, n:]) for i in range(0, FUNCTIONS, 64)]
    mean, deviation = (np.concatenate(values)[..., 0] for values in zip(*parts, strict=True))
    return float(scoring.log_likelihood(y[:, n:, 0], mean, deviation).mean())


def installed(folder: str) -> Any:
    command = [sys.executable, "-m", "pip", "install", "-q", "--target", folder, "neuralprocesses==0.2.7"]
    subprocess.run(command, check=True)
    sys.path.append(folder)  # after our own packages: torch and numpy stay those of the project
    importlib.import_module("lab.torch")
    return importlib.import_module("neuralprocesses.torch")


def train_peer(library: Any, slug: str, seconds: float, rounds: Rounds) -> tuple[float, list[float]]:
    """The same of a model of the library's, trained with Adam on batches like ours."""
    torch.manual_seed(0)
    name, options = PEERS[slug]
    model = getattr(library, name)(dim_x=1, dim_y=1, likelihood="het", **options)
    batches = Batches(TASK, np.random.default_rng(0), "cpu", (3, max(CONTEXTS)), is_level=False)
    start = time.process_time()
    learn(library, model, batches, seconds)
    used = time.process_time() - start
    return used, [likelihood_of_peer(library, model, *each, n) for each, n in zip(rounds, CONTEXTS, strict=True)]


def learn(library: Any, model: Any, batches: Batches, seconds: float) -> None:
    until, optimiser = time.process_time() + SHARE * seconds, None
    while time.process_time() < until:
        x, y, n = batches.draw()
        loss = -by_library(library, model, x, y, n).mean()
        optimiser = optimiser or torch.optim.Adam(model.parameters(), PEERS_RATE)  # lazy layers have parameters now
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


def by_library(library: Any, model: Any, x: torch.Tensor, y: torch.Tensor, n: int) -> torch.Tensor:
    """Log-likelihood a target of each function: (B,)."""
    x, y = x.transpose(1, 2), y.transpose(1, 2)
    likelihoods: torch.Tensor = library.loglik(model, x[..., :n], y[..., :n], x[..., n:], y[..., n:], normalise=True)
    return likelihoods


@torch.no_grad()
def likelihood_of_peer(library: Any, model: Any, x: np.ndarray, y: np.ndarray, n: int) -> float:
    parts = [
        by_library(library, model, torch.as_tensor(x[i : i + 64]), torch.as_tensor(y[i : i + 64]), n)
        for i in range(0, FUNCTIONS, 64)
    ]
    return float(torch.cat(parts).mean())


if __name__ == "__main__":
    main()
