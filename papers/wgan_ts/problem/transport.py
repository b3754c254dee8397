"""Exact optimal transport between finite samples, and what any potentials certify about it.

    W = min over plans P >= 0 with the given margins of sum_ij P_ij c_ij
      = max over f, g with f_i + g_j <= c_ij of sum_i a_i f_i + sum_j b_j g_j

The network simplex is POT's. Source: Peyré and Cuturi, Computational Optimal Transport (2019), chapters 2 and 3.
"""

from dataclasses import dataclass

import numpy as np
import ot  # type: ignore[import-untyped]
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching
from scipy.spatial.distance import cdist

ITERATIONS = 100_000_000
TOLERANCE = 1e-9  # of the mean cost: within it a dual constraint counts as kept, or as tight
BISECTIONS = 4


class UncertainError(Exception):
    """The solver's answer is not proved optimal by its own duals: ours, never a method's failure."""


@dataclass(frozen=True)
class Transport:
    """An optimum with its proof. plan: (n, m); f: (n,) and g: (m,) with f_i + g_j <= c_ij."""

    value: float
    plan: np.ndarray
    f: np.ndarray
    g: np.ndarray


@dataclass(frozen=True)
class Bounds:
    """What potentials prove about the exact distance between the samples: lower <= W <= upper."""

    lower: float
    upper: float


def pairwise(x: np.ndarray, y: np.ndarray, cost: str) -> np.ndarray:
    """Distances "l1" or "l2" in float64; x: (n, d), y: (m, d) -> (n, m)."""
    return np.asarray(cdist(np.asarray(x, float), np.asarray(y, float), "cityblock" if cost == "l1" else "euclidean"))


def solve(c: np.ndarray, a: np.ndarray | None = None, b: np.ndarray | None = None) -> Transport:
    """Solve the transport problem exactly, and check that primal and dual meet.

    c: (n, m) costs; a: (n,), b: (m,) weights that sum to 1, uniform by default.
    Raises: UncertainError where gap or dual infeasibility exceed TOLERANCE.
    """
    n, m = c.shape
    a = np.full(n, 1 / n) if a is None else a
    b = np.full(m, 1 / m) if b is None else b
    plan, told = ot.emd(a, b, c, numItermax=ITERATIONS, log=True)
    f, g = told["u"], told["v"]
    value = float((plan * c).sum())
    scale = max(float(c.mean()), np.finfo(float).tiny)
    gap = abs(value - float(a @ f + b @ g))
    infeasible = float((f[:, None] + g - c)[a > 0][:, b > 0].max())
    if max(gap, infeasible) > TOLERANCE * scale:
        raise UncertainError(f"gap {gap:g}, dual infeasibility {infeasible:g}, mean cost {scale:g}: {told['warning']}")
    return Transport(value, plan, f, g)


def distance(x: np.ndarray, y: np.ndarray, cost: str) -> float:
    """The exact W1 between two samples of equal weights: x: (n, d), y: (m, d)."""
    return solve(pairwise(x, y, cost)).value


def c_transform(c: np.ndarray, f: np.ndarray) -> np.ndarray:
    """The largest g with f_i + g_j <= c_ij: g_j = min_i (c_ij - f_i). c: (n, m), f: (n,) -> (m,)."""
    return np.asarray((c - f[:, None]).min(axis=0))


def dual_value(c: np.ndarray, f: np.ndarray) -> float:
    """The semi-dual: mean f + mean of its c-transform, never above the exact distance."""
    return float(f.mean() + c_transform(c, f).mean())


def certificate(c: np.ndarray, f: np.ndarray) -> Bounds:
    """Bound the distance from both sides by a potential on the rows; c: (n, n), f: (n,).

    Below by the semi-dual. Above by the cost of a plan that keeps to the pairs on which f is most nearly tight. Both
    meet where f is optimal.
    """
    slack = c - f[:, None] - c_transform(c, f)
    columns = least_slack_matching(slack, tight=TOLERANCE * float(c.mean()))
    return Bounds(dual_value(c, f), float(c[np.arange(len(c)), columns].mean()))


def least_slack_matching(slack: np.ndarray, *, tight: float) -> np.ndarray:
    """Match rows to columns so that the largest slack used is nearly least: (n, n) -> column of each row, (n,).

    A bottleneck assignment by Hopcroft and Karp on the pairs up to a level. The number of pairs doubles until all
    rows are matched, then a few bisections lower the level; at or below `tight` it is taken at once.
    """
    levels = np.sort(slack, axis=None)
    least = max(slack.min(axis=0).max(), slack.min(axis=1).max())  # below it some row or column has no pair at all
    low, high = -1, int(np.searchsorted(levels, max(least, tight), side="right")) - 1
    columns = matching(slack, max(levels[high], tight))
    while columns is None:
        low, high = high, min(2 * high + 1, levels.size - 1)
        columns = matching(slack, levels[high])
    for _ in range(BISECTIONS if low >= 0 else 0):
        middle = (low + high) // 2
        better = matching(slack, levels[middle])
        low, high, columns = (middle, high, columns) if better is None else (low, middle, better)
    return columns


def matching(slack: np.ndarray, level: float) -> np.ndarray | None:
    """A perfect matching among the pairs with at most this slack: column of each row, or None."""
    columns = maximum_bipartite_matching(csr_matrix(slack <= level), perm_type="column")
    return columns if (columns >= 0).all() else None
