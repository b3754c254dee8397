"""How far what a potential certifies is from the truth. Errors are cut at WORST: an unbounded critic has a hugely negative dual."""

import numpy as np

from papers.task import Scores
from papers.wgan_ts.problem.pairs import Pair
from papers.wgan_ts.problem.transport import Bounds

WORST = 10.0  # relative error at which all are cut


def scores_of_bounds(estimate: float, *, bounds: Bounds, truth: float, infeasible: float) -> Scores:
    """The scores that both kinds of case share; `infeasible` is the largest f(x) - f(y) - c(x, y)."""
    return {
        "accuracy": accuracy(bounds.lower, truth),
        "relative_error": 1 - accuracy(bounds.lower, truth),
        "estimate_error": min(abs(estimate - truth) / truth, WORST),
        "infeasibility": min(max(infeasible, 0.0) / truth, WORST),
        "lower": bounds.lower / truth,
        "estimate": min(estimate / truth, 1 + WORST),
        "upper": bounds.upper / truth,
        "truth": truth,
    }


def accuracy(certified: float, truth: float) -> float:
    """1 - relative error."""
    return 1 - min(abs(certified - truth) / truth, WORST)


def semidual_gap(dual: float, exact: float) -> float:
    """1 - D / W' of a dual value on samples whose exact distance is W'."""
    return min(1 - dual / exact, WORST)


def true_rise(pair: Pair, x: np.ndarray, y: np.ndarray) -> float:
    """What the true potential certifies on these points: it differs from the truth by their sampling noise."""
    return float(pair.potential(x.astype(float)).mean() - pair.potential(y.astype(float)).mean())
