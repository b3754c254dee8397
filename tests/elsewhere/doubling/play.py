"""Plays doubling."""

from typing import Any

import numpy as np

from papers import answers
from papers.playing import Report
from papers.task import Case, Scores, Seed


def play(case: Case[Any], *, seed: Seed, device: str, method: Any, report: Report) -> Scores:
    x = seed.rng("numbers").normal(size=case.params.n)
    answer = answers.array(method.double(x), call="double", like=x)
    report.progress(1.0, "doubled")
    report.curve("answers", np.arange(3), {"answer": answer[:3]}, x_label="i", y_label="2 x")
    if seed.index == 0:
        report.points("answers against numbers", {"answers": np.column_stack([x, answer])}, x_label="x", y_label="2 x")
        report.graph("how it doubles", ["x", "2 x"], [(0, 1, "double")])
    return {"error": float(np.sqrt(np.mean((answer - 2 * x) ** 2))), "luck": float(x[0])}
