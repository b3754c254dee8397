"""The protocol: transitions that others chose, or environments to act in."""

from papers.playing import Report
from papers.sbeed.control import batch, online
from papers.sbeed.control.cases import Problem
from papers.sbeed.control.interface import Method
from papers.task import Case, Scores, Seed


def play(case: Case[Problem], *, seed: Seed, device: str, method: Method, report: Report) -> Scores:
    if not case.params.is_batch:
        return online.act_and_learn(case.params, seed=seed, method=method, report=report)
    if case.params.entropies:
        return batch.smooth_more_and_more(case.params, seed=seed, method=method, report=report)
    return batch.learn(case.params, seed=seed, method=method)


def oracle(slug: str, case: Case[Problem], *, seed: Seed, device: str) -> object:
    """The optimal smoothed policy of a finite world; None where nobody knows it in closed form."""
    return batch.SoftOptimum(batch.draw_finite(case.params, seed)) if case.params.is_batch else None
