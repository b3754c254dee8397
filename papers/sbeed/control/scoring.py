"""How good a policy and its value are on a finite world: exact, by the true model."""

import numpy as np

from papers.sbeed.problem.finite import World, representable
from papers.task import Scores

BEYOND = 10.0  # times the largest value that a policy can have: a value there has diverged
LEARNT = 0.5  # of the score: below it a seed has failed


def rms(x: np.ndarray) -> float:
    return float(np.sqrt(np.mean(x**2)))


def relative(v: np.ndarray, truth: np.ndarray) -> float:
    return rms(v - truth) / rms(truth)


def judged_policy(world: World, pi: np.ndarray, best: np.ndarray) -> Scores:
    """pi: (S, A); best: (S,), the optimal smoothed value."""
    floor = float(world.value_of(world.uniform()).mean())
    score = float(world.value_of(pi).mean() - floor) / float(best.mean() - floor)
    apart = float(np.abs(pi - world.greedy(best)).sum(axis=1).mean()) / 2
    return {"score": score, "policy_distance": apart, "failed": float(score < LEARNT)}


def judged_value(world: World, v: np.ndarray, best: np.ndarray) -> Scores:
    """v: (S,)."""
    return {"value_error": relative(v, best), "diverged": float(np.abs(v).max() > BEYOND * world.ceiling())}


def sources_of_error(world: World, counted: World, best: np.ndarray) -> Scores:
    """What the case itself costs: samples, smoothing, features. Relative errors of the value."""
    return {
        "sample_error": relative(counted.optimum(), best),
        "smoothing_error": relative(best, world.smoothed_by(0.0).optimum()),
        "approximation_error": relative(representable(world, best), best),
    }
