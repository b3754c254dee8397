"""Neural processes on the board's own contexts by CPU-seconds of training, beside the exact predictive distribution.

python -m tests.benchmarks.conditional_neural_processes [--seconds 60 180] [--methods cnp convcnp]
"""

import argparse
import time

import numpy as np
import torch

from papers.conditional_neural_processes.few_shot_functions import scoring
from papers.conditional_neural_processes.kit import draw
from papers.conditional_neural_processes.problem.oracles import predictive
from tests.papers import contestant

CONTEXTS = (3, 5, 10, 15, 25, 50)
FUNCTIONS = 256


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.conditional_neural_processes", description=__doc__
    )
    parser.add_argument("--seconds", type=float, nargs="+", default=[60, 180])
    parser.add_argument("--methods", nargs="+", default=["cnp", "convcnp"])
    options = parser.parse_args()
    torch.set_num_threads(1)
    rounds = [draw("rbf", np.random.default_rng([12, n]), FUNCTIONS, n + 50) for n in CONTEXTS]
    print("Log-likelihood a target on RBF curves by context points 3, 5, 10, 15, 25, 50; then the gap")
    exact = [likelihood_of_exact(*each, n) for each, n in zip(rounds, CONTEXTS, strict=True)]
    print(f"{'exact':>10} {'':>8} {np.round(exact, 2)}")
    for slug in options.methods:
        for seconds in options.seconds:
            method = contestant.load("few_shot_functions", slug).Method(0, "cpu")
            start = time.process_time()
            method.fit(
                {"kind": "curves", "family": "rbf", "x_dim": 1, "y_dim": 1, "max_context": 50, "budget_s": seconds,
                 "images": np.zeros((0, 0, 0, 1), np.float32)}
            )  # fmt: skip
            used = time.process_time() - start
            values = [likelihood(method, *each, n) for each, n in zip(rounds, CONTEXTS, strict=True)]
            gap = np.mean(exact) - np.mean(values)
            print(
                f"{slug:>10} {used:6.1f} s {np.round(values, 2)} mean {np.mean(values):.3f} gap {gap:.3f}", flush=True
            )


def likelihood_of_exact(x: np.ndarray, y: np.ndarray, n: int) -> float:
    return float(predictive("rbf", x[:, :n, 0], y[:, :n, 0], x[:, n:, 0]).log_density(y[:, n:, 0].astype(float)).mean())


def likelihood(method: object, x: np.ndarray, y: np.ndarray, n: int) -> float:
    parts = [method.predict(x[i : i + 64, :n], y[i : i + 64, :n], x[i : i + 64, n:]) for i in range(0, FUNCTIONS, 64)]
    mean, deviation = (np.concatenate(values)[..., 0] for values in zip(*parts, strict=True))
    return float(scoring.log_likelihood(y[:, n:, 0], mean, deviation).mean())


if __name__ == "__main__":
    main()
