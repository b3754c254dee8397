"""The protocol: a method is fitted to a family once, then asked for functions of it from contexts of several sizes."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from papers.conditional_neural_processes.few_shot_functions import pictures, scoring
from papers.conditional_neural_processes.few_shot_functions.asking import TIMED, Answers, Asked
from papers.conditional_neural_processes.few_shot_functions.cases import Functions
from papers.conditional_neural_processes.few_shot_functions.interface import Family, Method
from papers.conditional_neural_processes.kit import draw
from papers.conditional_neural_processes.problem import images
from papers.conditional_neural_processes.problem.oracles import predictive
from papers.conditional_neural_processes.problem.rounds import Round, of_curves, of_images, span
from papers.playing import Report
from papers.task import Case, Scores, Seed

SAMPLES = 32
JOINT = 5, 20  # context points and targets of the joint likelihood


def play(case: Case[Functions], *, seed: Seed, device: str, method: Method, report: Report) -> Scores:
    wanted = case.params
    learnt = images.load(wanted.family, seed.rng("images")) if wanted.kind == "images" else None
    asked = Asked(method, wanted)
    asked.fit(family_of(wanted, learnt))

    given = []
    for number, one in enumerate(rounds(wanted, learnt, seed)):
        report.progress(number / len(wanted.orders) / len(wanted.contexts), one.name)
        given.append(asked.answers(one))
    scores = averages(given) | {
        "fit_share": asked.fit_seconds / wanted.fit_seconds,
        "file_kib": method.code_bytes / 1024,
        "episode_seconds": asked.ask_seconds / sum(len(one.asked.xc) for one in given),
    }
    scores |= consistency(asked, given[1].asked, seed.rng("order"))
    scores["joint_energy"] = joint_energy(asked, given[1].asked, seed.rng("samples"))
    if wanted.is_joint:
        scores |= joint_likelihood(asked, seed.rng("joint"))
    costs = growth(asked, seed.rng("growth"))
    scores |= {f"growth_{name}": scoring.exponent(TIMED, values) for name, values in costs.items()}
    if seed.index == 0:
        pictures.show_scores(report, given)
        pictures.show_costs(report, costs)
        pictures.show_examples(report, asked, learnt)
    return scores


def family_of(wanted: Functions, learnt: images.Images | None) -> Family:
    none = np.zeros((0, 0, 0, 1), np.float32)
    return Family(
        kind=wanted.kind,
        family=wanted.family,
        x_dim=2 if learnt else 1,
        y_dim=1,
        max_context=max(wanted.contexts),
        budget_s=wanted.fit_seconds,
        images=learnt.train[..., None].astype(np.float32) if learnt else none,
    )


def rounds(wanted: Functions, learnt: images.Images | None, seed: Seed) -> Iterator[Round]:
    """Functions are drawn anew for each size of context, and are the same for every method."""
    known = images.marginals(learnt) if learnt else None
    for order in wanted.orders:
        for n in wanted.contexts:
            rng = seed.rng(f"functions {order} {n}")
            if learnt and known:
                yield of_images(learnt, known, order, n, wanted.functions, wanted.targets, rng)
            else:
                yield of_curves(wanted.family, n, wanted.functions, wanted.targets, rng)


def averages(given: list[Answers]) -> Scores:
    """Means over the rounds, which weigh the same, and the gap of each."""
    scores = {f"excess_{one.asked.name}": float(one.gap.mean()) for one in given}
    errors = {one.asked.name: float(np.mean((one.mean - one.truth) ** 2)) for one in given}
    scores |= {f"mse_{name}": error for name, error in errors.items() if "_" in name}  # of images
    covered = [scoring.covered(one.truth, one.mean, one.deviation).mean() for one in given]
    gap = float(np.mean([one.gap.mean() for one in given]))
    return scores | {
        "relative_gap": gap / float(np.mean([one.span.mean() for one in given])),
        "excess_nll": gap,
        "nll": float(-np.mean([one.log_likelihood.mean() for one in given])),
        "mse": float(np.mean(list(errors.values()))),
        "coverage90": float(np.mean(covered)),
        "context_mse": float(np.mean([one.context_error for one in given])),
        "std_error": scoring.std_error([one.gap for one in given]),
    }


def consistency(asked: Asked, one: Round, rng: np.random.Generator) -> Scores:
    """Whether what is predicted depends on the order of the context, or on which other targets are asked."""
    xc, yc, xt = one.xc[:64], one.yc[:64], one.xt[:64]
    order = rng.permutation(xc.shape[1])
    first = asked.predict(xc, yc, xt)
    turned = asked.predict(xc[:, order], yc[:, order], xt)
    fewer = asked.predict(xc, yc, xt[:, :7])
    return {
        "order_gap": max(float(np.abs(a - b).max()) for a, b in zip(first, turned, strict=True)),
        "target_gap": max(float(np.abs(a[:, :7] - b).max()) for a, b in zip(first, fewer, strict=True)),
    }


def joint_energy(asked: Asked, one: Round, rng: np.random.Generator) -> float:
    samples = asked.sample(one.xc[:64], one.yc[:64], one.xt[:64], SAMPLES, rng)
    return scoring.energy_score(samples, one.yt[:64, :, 0].astype(float))


def joint_likelihood(asked: Asked, rng: np.random.Generator) -> Scores:
    """The chain rule makes a joint density of any method's marginal ones."""
    n, m = JOINT
    low, high = span(asked.case.family)
    x, y = draw(asked.case.family, rng, 64, n + m, low=low, high=high)
    values = y[..., 0].astype(float)
    own, best = [], []
    for k in range(n, n + m):
        mean, deviation = asked.predict(x[:, :k], y[:, :k], x[:, k : k + 1])
        own.append(scoring.log_likelihood(values[:, k : k + 1], mean, deviation))
        known = predictive(asked.case.family, x[:, :k, 0], y[:, :k, 0], x[:, k : k + 1, 0])
        best.append(known.log_density(values[:, k : k + 1]))
    return {"joint_nll_ar": -float(np.mean(own)), "joint_nll_oracle": -float(np.mean(best))}


def growth(asked: Asked, rng: np.random.Generator) -> dict[str, list[float]]:
    """CPU-seconds of a call by the number of context points, and by that of targets; nothing where asking cost nothing.

    The work of an oracle is the board's own, and nobody measures it.
    """
    if not asked.ask_seconds:
        return {}
    return {
        "context": [asked.seconds(size, TIMED[0], rng) for size in TIMED],
        "targets": [asked.seconds(TIMED[0], size, rng) for size in TIMED],
    }


class Exact:
    """Answers by the exact predictive distribution of a law; of a mixture, its mean and deviation."""

    def __init__(self, family: str) -> None:
        self.family = family

    def fit(self, task: Any) -> None:
        """There is nothing to learn."""

    def predict(self, xc: np.ndarray, yc: np.ndarray, xt: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        mean, deviation = predictive(self.family, xc[..., 0], yc[..., 0], xt[..., 0]).moments()
        return mean[..., None], deviation[..., None]


def oracle(slug: str, case: Case[Functions], *, seed: Seed, device: str) -> Exact | None:
    """Who knows the law of the curves; None for images, whose law nobody knows."""
    return Exact(case.params.family) if case.params.kind == "curves" else None
