"""What an evaluator works for itself, and what imputation costs beside scikit-learn: CPU-seconds, each in a play of its own.

python -m tests.benchmarks.work; part of `make bench`. Imputation needs the mirror of data (DATA_MIRROR).
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from papers import catalogue
from runners.job import Job, events
from runners.warm import Warm
from tests.benchmarks.results import note
from tests.site import ROOT

TRIVIAL = {"wasserstein": "zero", "defence": "constant", "attack": "identity"}
LETTER = ("--tier", "full", "--case", "letter/mcar-20")
LIBRARYS = """
import numpy as np
from sklearn.impute import KNNImputer


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        mean, spread = np.nanmean(x, axis=0), np.nanstd(x, axis=0)
        spread[spread == 0] = 1
        filled = KNNImputer(n_neighbors=10, weights="distance").fit_transform((x - mean) / spread)
        return (filled * spread + mean).astype(np.float32)
"""


def own_work_of_evaluators(rounds: int) -> None:
    """One seed of the quick tier with a method that does next to nothing, after a run that has warmed the evaluator."""
    warm = Warm()
    for task, slug in TRIVIAL.items():
        for turn in range(1 + rounds):
            told = list(events(warm.start(Job(task=task, tier="quick", code=code_of(task, slug), seeds=1))))
            if turn:
                own = sum(event["evaluator_seconds"] for event in told if event["type"] == "play")
                note(f"evaluator's own work, one seed, {task}, CPU-s", own)


def imputation_beside_the_library(rounds: int) -> None:
    """20,000 rows of letters, a fifth of the cells missing."""
    if "DATA_MIRROR" not in os.environ:
        return
    codes = {"k nearest neighbours": code_of("imputation", "knn"), "KNNImputer": LIBRARYS.encode()}
    codes["GAIN"] = code_of("imputation", "gain")
    for _ in range(rounds):
        for name, code in codes.items():
            result = played("imputation", code, *LETTER)
            (rmse,) = (score["value"] for score in result["scores"] if score["metric"] == "rmse")
            note(f"imputation, letter, {name}, CPU-s", result["cost"]["cpu_seconds"])
            note(f"imputation, letter, {name}, RMSE", rmse)


def code_of(task: str, slug: str) -> bytes:
    one = catalogue.task(task)
    return one.code(one.method(slug))


def played(task: str, code: bytes, *options: str) -> dict[str, Any]:
    """The result of one seed in the sandbox."""
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "method.py", Path(folder) / "out"
        path.write_bytes(code)
        command = [sys.executable, "-m", "runners", task, str(path), "--seeds", "1", "--out", str(out), *options]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        result: dict[str, Any] = json.loads((out / "result.json").read_text())
        return result


if __name__ == "__main__":
    own_work_of_evaluators(3)
    imputation_beside_the_library(1)
