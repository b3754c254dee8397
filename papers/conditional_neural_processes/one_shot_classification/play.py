"""The protocol: a method learns from classes, then meets 200 episodes of others, one a call."""

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

EPISODES = 200
QUERIES = 5  # of each class
LENIENCE = 1.1  # times the budget
LEVELS = np.linspace(0.05, 0.95, 10)


@dataclass(frozen=True)
class Drawn:
    """One episode: support (N * K, 1, h, w) and its classes, queries (Q, 1, h, w) and theirs."""

    support_x: np.ndarray
    support_y: np.ndarray
    query_x: np.ndarray
    query_y: np.ndarray


def play(case: Case[Episode], *, seed: Seed, device: str, method: Method, report: Report) -> Scores:
    wanted = case.params
    classes = load(wanted.source, seed.rng("classes"))
    used = fit(method, classes, wanted)

    proba, truth, asked = [], [], 0.0
    for number, episode in enumerate(episodes(wanted, classes, seed.rng("episodes"))):
        report.progress(number / EPISODES)
        with method.measured() as cost:
            answer = method.predict_proba(episode.support_x, episode.support_y, episode.query_x)
        asked += cost.cpu_seconds
        if asked > wanted.ask_seconds:
            raise AnswerError(
                f"predict_proba used over {wanted.ask_seconds:g} CPU-s in {number + 1} of {EPISODES} episodes"
            )
        proba.append(checked(answer, (len(episode.query_y), wanted.ways)))
        truth.append(episode.query_y)
    if seed.index == 0:
        show_calibration(report, np.concatenate(proba), np.concatenate(truth))
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
    """Labels are given at random in each episode, and its queries shuffled: neither their order nor a class's number helps."""
    images, labels = classes.new
    rows = {label: np.flatnonzero(labels == label) for label in np.unique(labels)}
    for _ in range(EPISODES):
        chosen = rng.permutation(list(rows))[: wanted.ways]
        drawn = np.stack([rng.permutation(rows[label])[: wanted.shots + QUERIES] for label in chosen])
        support, query = drawn[:, : wanted.shots].ravel(), drawn[:, wanted.shots :].ravel()
        support_y, query_y = np.repeat(np.arange(wanted.ways), wanted.shots), np.repeat(np.arange(wanted.ways), QUERIES)
        first, second = rng.permutation(len(support)), rng.permutation(len(query))
        yield Drawn(images[support[first], None], support_y[first], images[query[second], None], query_y[second])


def checked(answer: object, shape: tuple[int, int]) -> np.ndarray:
    """Probabilities whose rows sum to 1 within a thousandth, and are made to do so exactly. Raises AnswerError."""
    proba = answers.array(answer, call="predict_proba", shape=shape, low=0.0, high=1.001)
    sums = proba.sum(axis=1)
    if np.abs(sums - 1).max() > 1e-3:
        raise AnswerError(f"predict_proba returned rows that sum to {sums.min():g} ... {sums.max():g}, expected 1")
    return np.asarray(proba / sums[:, None])


def scores(proba: list[np.ndarray], truth: list[np.ndarray]) -> Scores:
    hits = [scoring.hits(p, y) for p, y in zip(proba, truth, strict=True)]
    each = np.array([h.mean() for h in hits])
    every, classes = np.concatenate(proba), np.concatenate(truth)
    return {
        "accuracy": float(each.mean()),
        "nll": float(scoring.negative_log_likelihood(every, classes).mean()),
        "ece": scoring.calibration_error(every.max(axis=1), np.concatenate(hits)),
        "std_error": float(each.std(ddof=1) / np.sqrt(len(each))),
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
