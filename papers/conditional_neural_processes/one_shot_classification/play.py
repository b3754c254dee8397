"""The protocol: a method learns from classes, then meets 1,000 episodes of others, one a call, with one query each."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from papers import answers
from papers.conditional_neural_processes.one_shot_classification import scoring
from papers.conditional_neural_processes.one_shot_classification.cases import Episode
from papers.conditional_neural_processes.one_shot_classification.interface import Episodes, Method
from papers.conditional_neural_processes.problem.classes import Classes, load
from papers.playing import Report
from papers.task import AnswerError, Case, Scores, Seed

EPISODES = 1000
LENIENCE = 1.1  # times the budget
LEVELS = np.linspace(0.05, 0.95, 10)


@dataclass(frozen=True)
class Drawn:
    """One episode: support (N * K, 1, h, w) and its classes, the query (1, 1, h, w) and its (1,)."""

    support_x: np.ndarray
    support_y: np.ndarray
    query_x: np.ndarray
    query_y: np.ndarray


def play(case: Case[Episode], *, seed: Seed, device: str, method: Method, report: Report) -> Scores:
    wanted = case.params
    classes = load(wanted.source, seed.rng("classes"))
    used = fit(method, classes, wanted)

    rows, truths, asked = [], [], 0.0
    for number, episode in enumerate(episodes(wanted, classes, seed.rng("episodes"))):
        report.progress(number / EPISODES)
        with method.measured() as cost:
            answer = method.predict_proba(episode.support_x, episode.support_y, episode.query_x)
        asked += cost.cpu_seconds
        if asked > wanted.ask_seconds:
            raise AnswerError(
                f"predict_proba used over {wanted.ask_seconds:g} CPU-s in {number + 1} of {EPISODES} episodes"
            )
        rows.append(checked(answer, (1, wanted.ways)))
        truths.append(episode.query_y)
    proba, truth = np.concatenate(rows), np.concatenate(truths)
    if seed.index == 0:
        show_calibration(report, proba, truth)
    return scores(proba, truth) | {
        "chance": 1 / wanted.ways,
        "fit_share": used / wanted.fit_seconds,
        "file_kib": method.code_bytes / 1024,
    }


def fit(method: Method, classes: Classes, wanted: Episode) -> float:
    """CPU-seconds that learning took, the constructor included. Raises AnswerError where they are over a tenth too many."""
    images, labels = classes.learnt
    task = Episodes(
        ways=wanted.ways,
        shots=wanted.shots,
        height=images.shape[1],
        width=images.shape[2],
        budget_s=wanted.fit_seconds,
    )
    used = method.spent["cpu_seconds"]
    with method.measured() as cost:
        method.fit(images[:, None], labels, task)
    used += cost.cpu_seconds
    if used > LENIENCE * wanted.fit_seconds:
        raise AnswerError(
            f"fit (with the constructor) used {used:.1f} CPU-s; its budget is {wanted.fit_seconds:g}, and a tenth more is allowed"
        )
    return used


def episodes(wanted: Episode, classes: Classes, rng: np.random.Generator) -> Iterator[Drawn]:
    """Each query has an episode of its own, and its class is drawn: neither other queries nor how often a class comes help.

    Labels are given at random in each episode: neither order nor a class's number helps.
    """
    for _ in range(EPISODES):
        asked = int(rng.integers(wanted.ways))
        images, labels = classes.draw(rng, wanted.shots + (np.arange(wanted.ways) == asked))
        query = int(np.flatnonzero(labels == asked)[-1])
        support = rng.permutation(np.delete(np.arange(len(labels)), query))
        yield Drawn(images[support, None], labels[support], images[query : query + 1, None], labels[query : query + 1])


def checked(answer: object, shape: tuple[int, int]) -> np.ndarray:
    """Probabilities whose rows sum to 1 within a thousandth, and are made to do so exactly. Raises AnswerError."""
    proba = answers.array(answer, call="predict_proba", shape=shape, low=0.0, high=1.001)
    sums = proba.sum(axis=1)
    if np.abs(sums - 1).max() > 1e-3:
        raise AnswerError(f"predict_proba returned rows that sum to {sums.min():g} ... {sums.max():g}, expected 1")
    return np.asarray(proba / sums[:, None])


def scores(proba: np.ndarray, truth: np.ndarray) -> Scores:
    """Of the answers (EPISODES, N) to the classes (EPISODES,)."""
    hits = scoring.hits(proba, truth)
    return {
        "accuracy": float(hits.mean()),
        "nll": float(scoring.negative_log_likelihood(proba, truth).mean()),
        "ece": scoring.calibration_error(proba.max(axis=1), hits),
        "std_error": float(hits.std(ddof=1) / np.sqrt(len(hits))),
    }


def show_calibration(report: Report, proba: np.ndarray, truth: np.ndarray) -> None:
    """How often the most probable class is the true one, by its probability."""
    confidence, right = proba.max(axis=1), scoring.hits(proba, truth)
    where = np.minimum((confidence * len(LEVELS)).astype(int), len(LEVELS) - 1)
    share = [right[where == k].mean() if (where == k).any() else np.nan for k in range(len(LEVELS))]
    report.curve(
        "Calibration",
        LEVELS,
        {"method": share, "calibrated": LEVELS},
        x_label="highest probability",
        y_label="share of queries that are right",
    )
