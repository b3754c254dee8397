"""Exact optimal transport between equally many points: the best assignment, and the potentials that prove it."""

from typing import Any

import numpy as np
import ot  # type: ignore[import-untyped]
from scipy.sparse import coo_matrix

FEW = 900  # points below which nothing is gained by looking at some pairs only
CROWDED = 0.1  # of the mean cost: where the nearest are closer, far too many pairs are nearly tight
NEAR, MOST = 40, 200  # pairs of each row and of each column that are looked at first; with ties, on average
ROUNDS = 10
ITERATIONS = 100_000_000
ROUNDING = 1e-11  # of the mean cost: a constraint broken by less counts as kept

Assignment = tuple[np.ndarray, np.ndarray, np.ndarray]


def exact_potentials(c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Solve max mean f - mean g subject to f_i - g_j <= c_ij for equally many rows and columns.

    c: (n, n) -> f: (n,), g: (n,), centred so that sum f + sum g = 0.
    """
    _, f, g = exact_assignment(c)
    centre = (f.sum() + g.sum()) / (2 * len(f))
    return f - centre, g - centre


def exact_assignment(c: np.ndarray) -> Assignment:
    """The column s_i of each row at the least sum of c_{i s(i)}, with potentials that prove it: f_i - g_s(i) = c_{i s(i)}.

    By POT's network simplex: among all pairs in one or two dimensions, where many are nearly tight, otherwise among few.

    c: (n, n) -> s: (n,) int, f: (n,), g: (n,), f_i - g_j <= c_ij but for rounding.
    """
    is_roomy = len(c) >= FEW and float(c.min(axis=1).mean()) > CROWDED * float(c.mean())
    return (is_roomy and _from_coarse(c)) or _among_all(c)


def network_simplex(c: Any, a: np.ndarray, b: np.ndarray) -> tuple[Any, np.ndarray, np.ndarray]:
    """An optimal plan between any weights, and its potentials: POT's solver, nothing checked.

    c: (n, m) costs, dense or sparse; a: (n,), b: (m,) weights of the same sum -> plan: (n, m), as dense as the costs,
    f: (n,), g: (m,), f_i - g_j <= c_ij.
    """
    scale = max(float(c.max()), -float(c.min())) or 1.0  # the solver's own tolerances are absolute
    plan, told = ot.emd(a, b, c / scale, numItermax=ITERATIONS, log=True)
    return plan, scale * told["u"], -scale * told["v"]


def _among_all(c: np.ndarray) -> Assignment:
    weights = np.full(len(c), 1 / len(c))
    plan, f, g = network_simplex(c, weights, weights)  # with these weights it ends at an assignment
    return plan.argmax(axis=1), f, g


def _from_coarse(c: np.ndarray) -> Assignment | None:
    """From coarse to fine: potentials of every fourth point, extended by c-transforms, are feasible and nearly right.

    Pairs with little slack are looked at first, then those that break a constraint, until none does. None: it takes too long.
    """
    _, _, some = exact_assignment(c[::4, ::4].copy())
    f = (c[:, ::4] + some).min(axis=1)
    g = (f[:, None] - c).max(axis=0)
    slack = c - f[:, None] + g
    pairs = _near(slack)
    if pairs.sum() > MOST * len(c):
        return None
    for _ in range(ROUNDS):
        s, more_f, more_g = _among(pairs, slack)
        f, g = f + more_f, g + more_g
        slack += more_g - more_f[:, None]
        broken = slack < -ROUNDING * float(c.mean())
        if not broken.any():
            return s, f, g
        pairs |= broken
    return None


def _near(slack: np.ndarray) -> np.ndarray:
    """Where the slack is among the least of its row or column, and the diagonal, which is an assignment: (n, n) bool."""
    of_rows = np.partition(slack, NEAR, axis=1)[:, NEAR]
    of_columns = np.partition(slack.T.copy(), NEAR, axis=1)[:, NEAR]
    near = np.asarray((slack <= of_rows[:, None]) | (slack <= of_columns))
    np.fill_diagonal(near, val=True)
    return near


def _among(pairs: np.ndarray, c: np.ndarray) -> Assignment:
    """As if only these pairs were there: (n, n) bool."""
    weights, few = np.full(len(c), 1 / len(c)), coo_matrix((c[pairs], np.nonzero(pairs)), shape=c.shape)  # type: ignore[arg-type]
    few.has_canonical_format = True  # no pair is there twice: nothing has to be sorted to sum them
    plan, f, g = network_simplex(few, weights, weights)
    s, carried = np.zeros(len(c), int), plan.data > 0.5 / len(c)
    s[plan.row[carried]] = plan.col[carried]
    return s, f, g
