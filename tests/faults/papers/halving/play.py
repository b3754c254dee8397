"""Plays halving."""

from typing import Any

import numpy as np

from papers.playing import Report
from papers.task import Case, Scores, Seed


def play(case: Case[int], *, seed: Seed, device: str, method: Any, report: Report) -> Scores:
    x = seed.rng("numbers").normal(size=case.params)
    answer = np.asarray(method.halve(x), float)
    report.curve("answers", np.arange(3), {"answer": answer[:3]}, x_label="i", y_label="x / 2")
    return {"error": float(np.sqrt(np.mean((answer - x / 2) ** 2)))}
