"""The number by which a board ranks, what is compared, and how a method does on a public table against its twin."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from papers.evidence import Audit
from papers.metrics import Metric
from runners.standing import audit, statistics
from runners.standing.scores import Scores


class Ranked(Protocol):
    """What of a task decides how its rows rank."""

    @property
    def primary(self) -> Metric: ...

    @property
    def average(self) -> statistics.Rule: ...

    @property
    def cases_share_draws(self) -> bool: ...

    @property
    def salted_cases(self) -> Sequence[str]: ...


def unpaired(task: Ranked, cases: Sequence[str], rule: statistics.Rule | None = None) -> statistics.Unpaired:
    """Which strata of a comparison over these cases, under the task's own rule or another, have nothing to pair."""
    is_salted = [case in task.salted_cases for case in cases]
    return statistics.unpaired_strata(is_salted, rule or task.average, share_draws=task.cases_share_draws)


def gain_of(task: Ranked, scores: np.ndarray, *, weights: np.ndarray | None) -> np.ndarray:
    """What is compared under the task's own rule, higher is better: (rows, cases, seeds) -> (rows, strata, seeds).

    weights: of the cases in a mean, (cases,); None: all alike.
    """
    how: dict[str, Any] = {"weights": weights, "share_draws": task.cases_share_draws}
    return statistics.strata_of(task.primary.gain(scores), task.average, **how)


def overall(task: Ranked, scores: np.ndarray, rule: statistics.Rule, *, weights: np.ndarray | None) -> dict[str, Any]:
    """A row's primary value under a rule, with its interval. scores: (cases, seeds). Where the metric is best nearest a
    target, also `distance`: how far from it the scores are on average, which is what ranks."""
    metric, values = task.primary, scores[None]
    gain = metric.gain(values)
    how: dict[str, Any] = {"weights": weights, "share_draws": task.cases_share_draws}
    estimate: dict[str, Any] = dict(vars(statistics.estimate(statistics.strata_of(values, rule, gain=gain, **how)[0])))
    if metric.target is not None:
        estimate["distance"] = -float(statistics.strata_of(gain, rule, **how).mean())
    return estimate


def audit_ratio(check: Audit, scores: Scores, run: int) -> float | None:
    twin = scores.by_seed(run, check.metric, check.twin)
    chosen = scores.by_seed(run, check.chosen, check.twin)
    beside = {seed: check.public[int(chosen.get(seed, 0))] for seed in twin}
    known = {seed: scores.by_seed(run, check.metric, case) for seed, case in beside.items()}
    return audit.log_ratio({seed: values[seed] for seed, values in known.items() if seed in values}, twin)
