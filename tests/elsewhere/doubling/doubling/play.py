"""Plays doubling."""

import numpy as np

from papers import answers
from papers.doubling.doubling.cases import Numbers
from papers.doubling.doubling.interface import Method
from papers.playing import Report
from papers.task import Case, Scores, Seed


def play(case: Case[Numbers], *, seed: Seed, device: str, method: Method, report: Report) -> Scores:
    x = numbers(case, seed)
    answer = answers.array(method.double(x), call="double", like=x)
    report.progress(1.0, "doubled")
    report.curve("answers", np.arange(3), {"answer": answer[:3]}, x_label="i", y_label="2 x")
    if seed.index == 0:
        report.points("answers against numbers", {"answers": np.column_stack([x, answer])}, x_label="x", y_label="2 x")
        report.graph("how it doubles", ["x", "2 x"], [(0, 1, "double")])
    return {"error": float(np.sqrt(np.mean((answer - 2 * x) ** 2))), "luck": float(x[0])}


def numbers(case: Case[Numbers], seed: Seed) -> np.ndarray:
    return seed.rng("numbers").normal(size=case.params.n)


def oracle(slug: str, case: Case[Numbers], *, seed: Seed, device: str) -> "Truth":
    return Truth(2 * numbers(case, seed))


class Truth:
    """Knows the answer, and looks at no question."""

    def __init__(self, answer: np.ndarray) -> None:
        self.answer = answer

    def double(self, x: np.ndarray) -> np.ndarray:
        return self.answer
