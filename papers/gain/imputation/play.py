"""The protocol: a table with gaps goes to the method, and what comes back is compared with the truth."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from papers import answers
from papers.gain.imputation import scoring
from papers.gain.imputation.cases import Gaps, parse
from papers.gain.imputation.interface import Method
from papers.gain.imputation.pictures import show_quantiles
from papers.gain.problem.masks import SelfMasking, draw_mask
from papers.gain.problem.oracle import conditional_mean
from papers.gain.problem.tables import SYNTHETIC, Disguise, Table, load
from papers.playing import Report
from papers.task import Case, Scores, Seed


@dataclass(frozen=True)
class Problem:
    """What one play asks: a table, which of its cells are observed and why, and how the method meets it."""

    table: Table
    beside: int | None  # of a twin: the number of the case that its seed drew
    observed: np.ndarray  # (n, d) bool
    masking: SelfMasking | None  # where cells are missing because of their own value
    disguise: Disguise

    @classmethod
    def draw(cls, gaps: Gaps, seed: Seed) -> Self:
        table, beside = load(gaps.table, seed.rng("table"), whole=gaps.downstream), None
        if gaps.beside:
            beside = int(seed.rng("beside").integers(len(gaps.beside)))
            drawn = gaps.beside[beside]
            gaps = parse(gaps.table, drawn.partition("/")[2])
        observed, masking = draw_mask(gaps.mechanism, gaps.rate, table.x, seed.rng("mask"))
        return cls(table, beside, observed, masking, Disguise.draw(table, seed.rng("disguise")))

    @cached_property
    def knowing(self) -> np.ndarray | None:
        """The conditional mean of every cell, for who knows the table and the mechanism: (n, d); None for a real table."""
        if self.table.generator is None:
            return None
        return conditional_mean(self.table.x, self.observed, self.table.generator, self.masking)

    @property
    def ignoring(self) -> np.ndarray | None:
        """The same for who does not know why cells are missing."""
        if self.table.generator is None or self.masking is None:
            return self.knowing
        return conditional_mean(self.table.x, self.observed, self.table.generator)


def play(case: Case[Gaps], *, seed: Seed, device: str, method: Method, report: Report) -> Scores:
    problem = Problem.draw(case.params, seed)
    table, observed, disguise = problem.table, problem.observed, problem.disguise
    truth, missing = table.x, ~observed

    x = disguise.apply(np.where(observed, truth, np.nan)).astype(np.float32)
    answer = answers.array(method.impute(x, table.categorical[disguise.order]), call="impute", like=x)

    filled = np.where(observed, truth, disguise.undo(answer))  # observed cells are put back
    means = np.broadcast_to(np.nanmean(np.where(observed, truth, np.nan), axis=0), truth.shape)
    if seed.index == 0:
        show_quantiles(report, truth, filled, missing)
    scores = {
        "skill": scoring.skill(filled, means, truth, missing),
        "rmse": scoring.rms(scoring.errors(filled, truth, missing)),
        "mae": float(np.abs(scoring.errors(filled, truth, missing)).mean()),
        "w1_columns": scoring.w1_columns(truth, filled, missing),
        "energy": scoring.energy(truth, filled, seed.rng("energy")),
    }
    if problem.beside is not None:
        scores["beside"] = problem.beside
    if table.categorical.any():
        scores["category_error"] = scoring.category_error(truth, filled, missing, table.categorical)
    for name, best in (("oracle_skill", problem.knowing), ("ignorable_skill", problem.ignoring)):
        if best is not None:
            scores[name] = scoring.skill(best, means, truth, missing)
    if case.params.downstream:
        scores |= downstream(case.params, table, filled)
    return scores


def downstream(gaps: Gaps, table: Table, filled: np.ndarray) -> Scores:
    """What the completed table is worth to predict its label; nothing where it has none."""
    if table.label is None or table.learnt is None:
        return {}
    scores = {"downstream_auroc": scoring.downstream_auroc(filled, table.label, table.learnt)}
    if gaps.table == "credit":
        scores |= scoring.congeniality(table.x, filled, table.label)
    return scores


class ConditionalMean:
    """Answers what the method that knows the synthetic table and its mechanism would: (n, d) float64, disguised."""

    def __init__(self, filled: np.ndarray) -> None:
        self.filled = filled

    def impute(self, x: np.ndarray, categorical: np.ndarray) -> np.ndarray:
        return self.filled


def oracle(slug: str, case: Case[Gaps], *, seed: Seed, device: str) -> ConditionalMean | None:
    """What `play` with this seed may be answered at best; None for a real table, whose distribution nobody knows."""
    if case.params.table not in SYNTHETIC:
        return None
    problem = Problem.draw(case.params, seed)
    assert problem.knowing is not None
    return ConditionalMean(problem.disguise.apply(problem.knowing))
