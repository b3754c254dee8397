"""The protocol: a hidden function answers with values and gradients, thirteen times for a method that starts anew."""

import importlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from papers.overparameterization.optimisation.answered import Arrays, moved_to
from papers.overparameterization.optimisation.cases import Objective as Asked
from papers.overparameterization.optimisation.interface import Method
from papers.overparameterization.optimisation.loop import follow
from papers.overparameterization.optimisation.pictures import show_curves, show_grid
from papers.overparameterization.optimisation.scoring import CEILING, FLOOR, MULTIPLIERS, clipped, scores
from papers.overparameterization.problem import tables
from papers.overparameterization.problem.objective import Objective
from papers.playing import Report
from papers.task import Case, Scores, Seed

NETWORKS = "papers.overparameterization.problem.networks"  # brings torch, which triples what every box is forked from
START = 1e-2  # norm of the weights at the start
SETTLED = 100  # gradients in a row at the floor, or at one and the same gap: what follows is taken as that gap too


def play(case: Case[Asked], *, seed: Seed, device: str, method: Method, report: Report) -> Scores:
    if case.params.data == "loop":
        return follow(seed, method=method, report=report)
    if case.params.is_network:
        return play_network(case, seed=seed, method=method, report=report)
    return play_convex(case, seed=seed, method=method, report=report)


def play_convex(case: Case[Asked], *, seed: Seed, method: Method, report: Report) -> Scores:
    """What is scored is the gap to the optimum, in units of the first one."""
    objective = build(case.params, seed)
    optimum = objective.optimum()
    start = drawn_start(objective.shape, seed.rng("start"))
    first = objective.value(start) - optimum
    info = {"hessian_norm": objective.hessian_norm(), "loss": case.params.loss, "stochastic": False}
    kind = "vector" if len(objective.shape) == 1 else "matrix"

    def gap(x: Arrays) -> tuple[float, float, Arrays]:
        value, gradient = objective.value_and_gradient(x[0])
        return (value - optimum) / first, value, [gradient]

    trials = [
        run(trial, gap, kinds=[kind], start=[start], info={**info, "budget": case.params.budget, "lr_multiplier": m})
        for m, trial in one_by_one(method, report)
    ]
    gaps = np.stack([trial.gaps for trial in trials])
    show_curves(report, gaps)
    show_grid(report, gaps)
    result = scores(gaps, [trial.diverged for trial in trials])
    if case.params.loss == "l2":
        result["second_order"] = float((gaps[:, : objective.x.shape[1] + 2] <= 10 * FLOOR).any())
    return result


def play_network(case: Case[Asked], *, seed: Seed, method: Method, report: Report) -> Scores:
    """A network on minibatches: what is scored is the running mean of the training loss, in units of the first one."""
    asked = case.params
    training = importlib.import_module(NETWORKS).Training.draw(
        asked.data, asked.loss, budget=asked.budget, rng=seed.rng("network")
    )
    info = {"hessian_norm": float("nan"), "loss": "network", "stochastic": True, "budget": asked.budget}
    trials = []
    for multiplier, trial in one_by_one(method, report):
        gap = training.begin()
        outcome = run(
            trial, gap, kinds=training.kinds, start=training.start, info={**info, "lr_multiplier": multiplier}
        )
        trials.append(outcome)
    gaps = np.stack([trial.gaps for trial in trials])
    show_curves(report, gaps)
    show_grid(report, gaps)
    best = int(np.log10(gaps).mean(axis=1).argmin())
    result = scores(gaps, [trial.diverged for trial in trials])
    return result | {"test_accuracy": training.accuracy(trials[best].last)}


def build(asked: Asked, seed: Seed) -> Objective:
    """The objective of a convex case, in secret coordinates."""
    rng = seed.rng("objective")
    if asked.data == "synthetic":
        return tables.synthetic(asked.loss, condition=asked.condition, rng=rng)
    if asked.data == "breast":
        return tables.breast(public=asked.public, rng=rng)
    if asked.data == "diabetes":
        return tables.diabetes(asked.loss, public=asked.public, rng=rng)
    return tables.many_outputs(rng)


def drawn_start(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    start = rng.normal(size=shape)
    return np.asarray(START * start / np.linalg.norm(start))


def one_by_one(method: Method, report: Report) -> Any:
    """Each multiplier with a method that has seen nothing, in a process of its own that ends with its trial."""
    for number, multiplier in enumerate(MULTIPLIERS):
        report.progress(number / len(MULTIPLIERS), f"multiplier {multiplier:.2f}")
        trial = method if number == 0 else method.fresh()
        yield multiplier, trial
        trial.close()


@dataclass
class Trial:
    """gaps: (budget,), in units of the first one; `last`: the arrays at which the last gradient was taken."""

    gaps: np.ndarray
    last: Arrays
    diverged: bool = False


def run(method: Method, gap: Any, *, kinds: list[str], start: Arrays, info: dict[str, Any]) -> Trial:
    """One trial. `gap` gives at some arrays the gap that is scored, and the loss and gradients that the method learns."""
    x = [array.copy() for array in start]
    method.start([list(array.shape) for array in x], kinds, x, info)
    trial = Trial(np.full(info["budget"], CEILING), x)
    settled, last = 0, np.inf
    for number in range(info["budget"]):
        apart, loss, gradients = gap(x)
        trial.gaps[number], trial.last = apart, x
        settled, last = settled + 1 if apart <= FLOOR or apart == last else 0, apart
        if settled == SETTLED:
            trial.gaps[number:] = apart
            break
        moved = moved_to(method.step(loss, gradients), x) if apart <= CEILING else None
        if moved is None:
            trial.gaps[number + (apart <= CEILING) :], trial.diverged = CEILING, True
            break
        x = moved
    trial.gaps = clipped(trial.gaps)
    return trial
