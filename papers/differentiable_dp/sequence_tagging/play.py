"""The protocol: tagged sequences to learn from, others to tag."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from papers import answers
from papers.data import dataset
from papers.differentiable_dp.problem import hmm, segments
from papers.differentiable_dp.sequence_tagging.cases import Corpus
from papers.differentiable_dp.sequence_tagging.interface import Method
from papers.differentiable_dp.sequence_tagging.scoring import judged_marginals, span_f1, standard_errors, token_error
from papers.playing import Report
from papers.task import AnswerError, Case, Scores, Seed

PART = 500  # sequences whose marginals are asked for at once
ROW_SUM = 1e-3  # by which a row of marginals may miss 1
World = hmm.World | segments.World
WORLDS: dict[str, tuple[type[World], int, int]] = {  # with the numbers of tags and symbols
    "hmm": (hmm.World, hmm.STATES, hmm.SYMBOLS),
    "segments": (segments.World, segments.KINDS, segments.SYMBOLS),
}


@dataclass(frozen=True)
class Problem:
    """What is learnt from and what is tagged; `best`: tags of the Bayes decoder, empty where nobody knows it."""

    task: dict[str, Any]
    tokens: list[Any]
    tags: list[np.ndarray]
    test_tokens: list[Any]
    test_tags: list[np.ndarray]
    best: list[np.ndarray]
    world: World | None = None

    @property
    def trivial(self) -> list[np.ndarray]:
        """The commonest tag everywhere."""
        commonest = np.bincount(np.concatenate(self.tags)).argmax()
        return [np.full(len(tags), commonest) for tags in self.test_tags]

    def error(self, tags: list[np.ndarray]) -> float:
        if self.task["scheme"] == "none":
            return token_error(tags, self.test_tags)
        return 1 - span_f1(tags, self.test_tags, self.task["names"], self.task["scheme"])


def play(case: Case[Corpus], *, seed: Seed, device: str, method: Method, report: Report) -> Scores:
    problem = build(case.params, seed)
    method.fit(problem.task, problem.tokens, problem.tags)
    report.progress(0.7, "fitted")
    tags = checked_tags(method.predict(problem.test_tokens), problem)
    scores = judge(problem, tags)
    if method.has("marginals"):
        marginals = checked_marginals(marginals_of(method, problem.test_tokens), problem)
        scores |= judged_marginals(np.concatenate(marginals), np.concatenate(problem.test_tags))
        if seed.index == 0:
            report.matrix("Marginals of one sequence", marginals[0].T, label="probability")
    return scores


def marginals_of(method: Method, tokens: list[Any]) -> list[object]:
    """Asked for in parts: an answer holds so many matrices at most."""
    rows: list[object] = []
    for first in range(0, len(tokens), PART):
        part = tokens[first : first + PART]
        rows += answers.items(method.marginals(part), call="marginals", count=len(part))
    return rows


def judge(problem: Problem, tags: list[np.ndarray]) -> Scores:
    wrong = token_error(tags, problem.test_tags)
    floor = problem.error(problem.best) if problem.best else 0.0
    span = problem.error(problem.trivial) - floor
    scores: Scores = {"normalised_error": (problem.error(tags) - floor) / span, "token_error": 100 * wrong}
    if problem.best:
        scores["excess_error"] = 100 * (wrong - floor)
        scores["excess_in_errors"] = standard_errors(tags, problem.best, problem.test_tags)
    if problem.task["scheme"] != "none":
        scores["entity_f1"] = 1 - problem.error(tags)
    return scores


def build(corpus: Corpus, seed: Seed) -> Problem:
    """A new world for each seed; of text only the order is new."""
    return from_world(corpus, seed) if corpus.source in WORLDS else from_text(corpus, seed)


def from_world(corpus: Corpus, seed: Seed) -> Problem:
    kind, tags_of_it, symbols = WORLDS[corpus.source]
    world = kind.draw(seed.rng("world"))
    tokens, tags = world.sample(corpus.training, seed.rng("training"))
    test_tokens, test_tags = world.sample(corpus.testing, seed.rng("test"))
    names = [f"tag {n}" for n in range(tags_of_it)]
    task = {"tags": tags_of_it, "names": names, "scheme": "none", "vocabulary": symbols}
    best = [world.posterior(sequence).argmax(1) for sequence in test_tokens]
    return Problem(task, tokens, tags, test_tokens, test_tags, best, world)


def from_text(corpus: Corpus, seed: Seed) -> Problem:
    if corpus.source == "wikigold":
        both = sentences("wikigold")
        cut = int(0.7 * len(both[0]))
        training, test = tuple(part[:cut] for part in both), tuple(part[cut:] for part in both)
    else:
        training, test = sentences(f"{corpus.source}-train"), sentences(f"{corpus.source}-test")
    names = sorted({str(tag) for tags in (*training[1], *test[1]) for tag in tags})
    codes = {name: code for code, name in enumerate(names)}
    order = seed.rng("order").permutation(len(training[0]))[: corpus.training or None]
    task = {"tags": len(names), "names": names, "scheme": corpus.scheme, "vocabulary": 0}
    coded = [[np.array([codes[str(tag)] for tag in tags]) for tags in part[1]] for part in (training, test)]
    shown = corpus.testing or None
    return Problem(
        task, [training[0][n] for n in order], [coded[0][n] for n in order], test[0][:shown], coded[1][:shown], []
    )


def sentences(name: str) -> tuple[list[Any], list[Any]]:
    """Words and tags of each sentence."""
    arrays = dataset(name)
    bounds = list(zip(arrays["start"][:-1], arrays["start"][1:], strict=True))
    return [arrays["token"][a:b].tolist() for a, b in bounds], [arrays["tag"][a:b] for a, b in bounds]


def checked_tags(answer: object, problem: Problem) -> list[np.ndarray]:
    given = answers.items(answer, call="predict", count=len(problem.test_tokens))
    most = problem.task["tags"] - 1
    return [
        answers.array(tags, call="predict", like=truth, kind="int", low=0, high=most)
        for tags, truth in zip(given, problem.test_tags, strict=True)
    ]


def checked_marginals(answer: object, problem: Problem) -> list[np.ndarray]:
    given = answers.items(answer, call="marginals", count=len(problem.test_tokens))
    rows = [
        answers.array(row, call="marginals", shape=(len(truth), problem.task["tags"]), low=0, high=1 + ROW_SUM)
        for row, truth in zip(given, problem.test_tags, strict=True)
    ]
    if (off := max(float(np.abs(row.sum(1) - 1).max()) for row in rows)) > ROW_SUM:
        raise AnswerError(f"marginals returned rows that do not sum to 1: off by {off:.3g}")
    return rows


class Bayes:
    """An oracle: decodes with the true model."""

    def __init__(self, world: World, *, whole_path: bool) -> None:
        self._world, self._whole_path = world, whole_path

    def fit(self, *_: object) -> None:
        """It knows the model."""

    def predict(self, tokens: list[np.ndarray]) -> list[np.ndarray]:
        if self._whole_path:
            return [self._world.best_path(sequence) for sequence in tokens]
        return [marginals.argmax(1) for marginals in self.marginals(tokens)]

    def marginals(self, tokens: list[np.ndarray]) -> list[np.ndarray]:
        return [self._world.posterior(sequence) for sequence in tokens]


def oracle(slug: str, case: Case[Corpus], *, seed: Seed, device: str) -> object:
    """The Bayes decoder, tag by tag or of the whole path; None where nobody knows the model."""
    world = build(case.params, seed).world if case.params.source in WORLDS else None
    return Bayes(world, whole_path=slug == "bayes_viterbi") if world else None
