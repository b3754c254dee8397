"""Exact optimal transport between finite samples, and what any potentials certify about it.

    W = min over plans P >= 0 with the given margins of sum_ij P_ij c_ij
      = max over f, g with f_i + g_j <= c_ij of sum_i a_i f_i + sum_j b_j g_j

The network simplex is POT's. Source: Peyré and Cuturi, Computational Optimal Transport (2019), chapters 2 and 3.
"""

from dataclasses import dataclass

import numpy as np
import ot  # type: ignore[import-untyped]
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching
from scipy.spatial.distance import cdist

ITERATIONS = 100_000_000
TOLERANCE = 1e-9  # of the mean cost: within it a dual constraint counts as kept, or as tight


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

    Below by the semi-dual. Above by the cost of a plan that keeps to the pairs on which f is tight as far as they go. Both
    meet where f is optimal.
    """
    slack = c - f[:, None] - c_transform(c, f)
    columns = tight_matching(slack, tight=TOLERANCE * float(c.mean()))
    return Bounds(dual_value(c, f), float(c[np.arange(len(c)), columns].mean()))


def tight_matching(slack: np.ndarray, *, tight: float) -> np.ndarray:
    """Match as many rows to columns as the tight pairs allow, the others at the least slack: (n, n) -> column of each row, (n,)."""
    columns = maximum_bipartite_matching(csr_matrix(slack <= tight), perm_type="column")
    rows = np.flatnonzero(columns < 0)
    free = np.setdiff1d(np.arange(len(slack)), columns)
    columns[rows] = free[linear_sum_assignment(slack[np.ix_(rows, free)])[1]]
    return np.asarray(columns)
