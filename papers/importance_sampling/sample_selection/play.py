"""The protocol: a model is trained within a budget, and a method says which samples it learns from. The board draws them."""

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from papers import answers
from papers.importance_sampling.problem.gradients import Plan, norms_of
from papers.importance_sampling.problem.samples import CLASSES, Sets
from papers.importance_sampling.problem.setting import Setting
from papers.importance_sampling.problem.training import Diverged, Training
from papers.importance_sampling.sample_selection.interface import Method, Run
from papers.importance_sampling.sample_selection.pictures import show
from papers.importance_sampling.sample_selection.scoring import Moments, Record
from papers.playing import Report
from papers.task import AnswerError, Case, Scores, Seed

AUXILIARY_SHARE = 4  # the auxiliary model may have one unit in so many
HEAVIEST = 100.0  # of a weight, in units of their mean
TOLERANCE = 1e-6  # of the sum of p
LIMIT_SHARE = 4  # what is learnt of right labels needs one unit in so many
PROBED = 5  # batches of candidates on which the moments of a uniform step are taken


def play(case: Case[Setting], *, seed: Seed, device: str, method: Method, report: Report) -> Scores:
    training = Training.begin(case.params, seed, device)
    run = Steered(training, method, seed.salted("ids").permutation(len(training.sets.train)))
    record = Record(case.params)
    run.prepare(seed)
    has_diverged = follow(run, record, report)
    show(report, record, share_wrong=1 - float(training.sets.train.is_right.mean()))
    scores = record.scores(training.steps) | {"units": float(training.used), "seconds": run.seconds}
    return scores | {"diverged": float(has_diverged)} | limit(training.sets, case.params, seed, device)


def follow(run: "Steered", record: Record, report: Report) -> bool:
    """Make steps until the budget is used; whether the loss went to infinity before. Raises AnswerError."""
    training, units = run.training, run.training.setting.units
    while not training.is_over:
        try:
            run.step(record)
        except Diverged:
            record.check(*training.test(), reached=1.0)
            return True
        run.probed = record.due_moments(training.used)
        if record.is_due(training.used):
            record.check(*training.test(), reached=training.used / units)
            report.progress(min(training.used / units, 1.0), f"{training.steps} steps")
    return False


def limit(sets: Sets, setting: Setting, seed: Seed, device: str) -> Scores:
    """What uniform training, LIMIT_SHARE as long, makes of the rightly labelled samples alone. Empty where all are."""
    right = np.flatnonzero(sets.train.is_right)
    if len(right) == len(sets.train):
        return {}
    shorter = replace(setting, units=setting.units // LIMIT_SHARE)
    training = Training.on(replace(sets, train=sets.train.rows(right)), shorter, seed, device)
    while not training.is_over:
        rows = training.candidates(setting.batch)
        training.step(rows, np.ones(len(rows)))
    return {"clean_accuracy": training.test()[0]}


@dataclass
class Steered:
    """A training run and the method that steers it. ids: (n_train,), under which samples are known to the method."""

    training: Training
    method: Method
    ids: np.ndarray
    irreducible: np.ndarray | None = None  # (n_train,)
    candidates: int = 0  # to be scored for the next step
    probed: float | None = None  # the mark for which the next step's moments are wanted
    seconds: float = 0.0  # wall time of the steps, without their moments

    def prepare(self, seed: Seed) -> None:
        """Raises AnswerError."""
        setting = self.training.setting
        answer = answers.items(self.method.prepare(described(setting, self.training.sets)), call="prepare", count=2)
        most = setting.units // AUXILIARY_SHARE
        units = answers.whole(answer[0], call="prepare's units", low=0, high=most)
        self.candidates = candidates_of(answer[1], setting, call="prepare's candidates")
        if units:
            self.irreducible = self.training.auxiliary_loss(units, seed.rng("auxiliary"))

    def step(self, record: Record) -> None:
        """One step, uniform or scored. Raises AnswerError, Diverged."""
        start = time.perf_counter()
        training, train = self.training, self.training.sets.train
        rows, weights = self.selected(record) if self.candidates else self.uniform(record)
        loss, score = training.step(rows, weights)
        record.count(train.is_right[rows])
        answer = self.method.observe(self.ids[rows], train.y.cpu().numpy()[rows], loss, score)
        self.candidates = candidates_of(answer, training.setting, call="observe")
        self.seconds += time.perf_counter() - start

    def uniform(self, record: Record) -> tuple[np.ndarray, np.ndarray]:
        """Rows and weights of a uniform batch."""
        rows = self.training.candidates(self.training.setting.batch)
        if self.probed:
            probes = self.training.probes(PROBED * self.training.setting.batch)
            record.moments[self.probed] = self.moments(probes, None)
        return rows, np.ones(len(rows))

    def selected(self, record: Record) -> tuple[np.ndarray, np.ndarray]:
        """Rows and weights of a batch that the method's plan gave. Raises AnswerError."""
        training = self.training
        record.count_scored(training.used)
        rows = training.candidates(self.candidates)
        scored = training.score(rows)
        irreducible = None if self.irreducible is None else self.irreducible[rows].copy()
        labels = training.sets.train.y.cpu().numpy()[rows]
        answer = self.method.select(self.ids[rows], labels, scored.loss, scored.score, scored.logits, irreducible)
        plan = plan_of(answer, n=len(rows), batch=training.setting.batch)
        if self.probed:
            record.moments[self.probed] = self.moments(rows, plan)
        places = training.draw(plan)
        return rows[places], plan.w[places]

    def moments(self, rows: np.ndarray, plan: Plan | None) -> Moments:
        """Of a step before it is made, not charged."""
        start = time.perf_counter()
        training = self.training
        moments = Moments.of(training.gram(rows), training.bounds(rows), plan, training.setting.batch)
        self.seconds -= time.perf_counter() - start
        return moments


def described(setting: Setting, sets: Sets) -> Run:
    return Run(
        n_train=len(sets.train),
        n_holdout=len(sets.holdout),
        n_classes=CLASSES,
        batch=setting.batch,
        budget=setting.units,
        max_candidates=min(setting.most_candidates, len(sets.train)),
    )


def candidates_of(answer: Any, setting: Setting, *, call: str) -> int:
    """How many candidates to score. Raises AnswerError."""
    n = answers.whole(answer, call=call, low=0, high=setting.most_candidates)
    if 0 < n < setting.batch:
        raise AnswerError(f"{call} returned {n}, expected 0 or from {setting.batch} to {setting.most_candidates}")
    return n


def plan_of(answer: Any, *, n: int, batch: int) -> Plan:
    """What `select` answered, its weights in units of their mean. Raises AnswerError."""
    p, w, again = answers.items(answer, call="select", count=3)
    p = answers.array(p, call="select's p", shape=(n,), low=0.0, high=1 + TOLERANCE)
    w = answers.array(w, call="select's w", shape=(n,), low=0.0)
    if not isinstance(again, bool | np.bool_):
        raise AnswerError(f"select's replace is {answers.named(again)}, expected True or False")
    if abs(p.sum() - 1) > TOLERANCE:
        raise AnswerError(f"select's p sum to {p.sum():.9g}, expected 1")
    p = p / p.sum()
    mean = float(p @ w)
    if mean <= 0:
        raise AnswerError("select's w are 0 wherever p is not: the step would go nowhere")
    w = w / mean
    if w[p > 0].max() > HEAVIEST * (1 + TOLERANCE):
        raise AnswerError(f"select's w reach {w[p > 0].max():.4g} times their mean, at most {HEAVIEST:g} is allowed")
    if not again:
        check_equal(p, batch)
    return Plan(p, w, bool(again))


def check_equal(p: np.ndarray, batch: int) -> None:
    """Without replacement only equally likely samples are drawn. Raises AnswerError."""
    possible = p[p > 0]
    if len(possible) < batch:
        raise AnswerError(f"select's p leave {len(possible)} candidates, expected at least {batch} without replacement")
    if possible.max() - possible.min() > TOLERANCE:
        raise AnswerError("select's p differ: without replacement those that are not 0 must be equal")


class ExactNorm:
    """Draws in proportion to the true norms of the gradients, which it reads off a twin of the run that it follows."""

    def __init__(self, setting: Setting, seed: Seed, device: str) -> None:
        self.twin = Training.begin(setting, seed, device)

    def prepare(self, info: Run) -> tuple[int, int]:
        self.n = min(PROBED * info["batch"], info["max_candidates"])
        return 0, self.n

    def select(self, ids: np.ndarray, *told: Any) -> tuple[np.ndarray, np.ndarray, bool]:
        twin = self.twin
        rows = twin.candidates(self.n)
        twin.used += len(rows)  # scored, as the run's were: the rate depends on it
        norms = norms_of(twin.gram(rows))
        p = norms / norms.sum() if norms.sum() > 0 else np.full(len(rows), 1 / len(rows))
        p = 0.99 * p + 0.01 / len(rows)
        w = 1 / (len(rows) * p)
        plan = plan_of((p, w, True), n=len(rows), batch=twin.setting.batch)
        places = twin.draw(plan)
        twin.step(rows[places], plan.w[places])
        return p, w, True

    def observe(self, *told: Any) -> int:
        return self.n


def oracle(slug: str, case: Case[Setting], *, seed: Seed, device: str) -> ExactNorm:
    """Who knows the gradient of every candidate. Raises DataError."""
    return ExactNorm(case.params, seed, device)
