"""Plays halving."""

from typing import Any

import numpy as np

from papers.task import Case, Report, Scores, Seed


def play(case: Case, *, seed: Seed, device: str, method: Any, report: Report) -> Scores:
    x = seed.rng("numbers").normal(size=case.params["n"])
    answer = np.asarray(method.halve(x), float)
    report.curve("answers", np.arange(3), {"answer": answer[:3]}, x_label="i", y_label="x / 2")
    return {"error": float(np.sqrt(np.mean((answer - x / 2) ** 2)))}
