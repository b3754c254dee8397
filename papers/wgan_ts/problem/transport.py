"""Exact optimal transport between finite samples, and what any potentials certify about it.

    W = min over plans P >= 0 with the given margins of sum_ij P_ij c_ij
      = max over f, g with f_i + g_j <= c_ij of sum_i a_i f_i + sum_j b_j g_j

The network simplex is POT's; between equally many points the kit's solver is faster, and its answers are proved here like
all. Source: Peyré and Cuturi, Computational Optimal Transport (2019), chapters 2 and 3.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching
from scipy.spatial.distance import cdist

from papers.wgan_ts.kit.assignment import exact_assignment, network_simplex

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
    is_assignment = n == m and a is None and b is None
    a = np.full(n, 1 / n) if a is None else a
    b = np.full(m, 1 / m) if b is None else b
    found = assign(c) if is_assignment else carry(c, a, b)
    scale = max(float(c.mean()), np.finfo(float).tiny)
    gap = abs(found.value - float(a @ found.f + b @ found.g))
    infeasible = float((found.f[:, None] + found.g - c)[a > 0][:, b > 0].max())
    if not max(gap, infeasible) <= TOLERANCE * scale:
        raise UncertainError(f"gap {gap:g}, dual infeasibility {infeasible:g}, mean cost {scale:g}")
    return found


def assign(c: np.ndarray) -> Transport:
    """Uniform weights on as many rows as columns: the kit's solver, not proved yet."""
    n = len(c)
    columns, f, g = exact_assignment(c)
    plan = np.zeros_like(c)
    plan[np.arange(n), columns] = 1 / n
    return Transport(float(c[np.arange(n), columns].mean()), plan, f, -g)


def carry(c: np.ndarray, a: np.ndarray, b: np.ndarray) -> Transport:
    """Any weights: the network simplex, not proved yet."""
    plan, f, g = network_simplex(c, a, b)
    return Transport(float((plan * c).sum()), plan, f, -g)


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
    g = c_transform(c, f)
    columns = tight_matching(c - f[:, None] - g, tight=TOLERANCE * float(c.mean()))
    return Bounds(float(f.mean() + g.mean()), float(c[np.arange(len(c)), columns].mean()))


def tight_matching(slack: np.ndarray, *, tight: float) -> np.ndarray:
    """Match as many rows to columns as the tight pairs allow, the others at the least slack: (n, n) -> column of each row, (n,)."""
    columns = maximum_bipartite_matching(csr_matrix(slack <= tight), perm_type="column")
    rows = np.flatnonzero(columns < 0)
    free = np.setdiff1d(np.arange(len(slack)), columns)
    if len(rows):
        columns[rows] = free[exact_assignment(slack[np.ix_(rows, free)])[0]]
    return np.asarray(columns)
