"""The operators in float64, from the paper's recursions: what answers are held against. Slow and plain.

Source: Mensch and Blondel (ICML 2018), the smoothed Viterbi and DTW algorithms with their gradients and directional
derivatives. Gradients are expected paths; "product" is the Hessian times a direction z.
"""

from typing import NamedTuple

import numpy as np

from papers.differentiable_dp.problem.smoothing import curvature, smoothed_max


class Operator(NamedTuple):
    """value (B,), expected: the gradient, product: its derivative along z, or None without z; both shaped like theta."""

    value: np.ndarray
    expected: np.ndarray
    product: np.ndarray | None


def viterbi(theta: np.ndarray, lengths: np.ndarray, op: str, gamma: float, z: np.ndarray | None = None) -> Operator:
    """Smoothed Viterbi. theta, z: (B, T, S, S) [batch, step, current, previous]; lengths: (B,) in 1..T.

    V_0 = 0, V_t[i] = max_j theta[t, i, j] + V_{t-1}[j], value = max_i V_T[i]. The gradient is 0 at steps >= length.
    """
    theta = theta.astype(float)
    batch, steps, states, _ = theta.shape
    alive = np.arange(steps)[:, None] < lengths
    direction = np.zeros_like(theta) if z is None else z.astype(float)
    v, v_dot = np.zeros((batch, states)), np.zeros((batch, states))
    q, q_dot = np.zeros((steps, *theta[:, 0].shape)), np.zeros((steps, *theta[:, 0].shape))
    for t in range(steps):
        values, q[t] = smoothed_max(theta[:, t] + v[:, None], op, gamma)
        move = direction[:, t] + v_dot[:, None]
        q_dot[t] = curvature(q[t], move, op, gamma)
        v = np.where(alive[t, :, None], values, v)
        v_dot = np.where(alive[t, :, None], (q[t] * move).sum(-1), v_dot)
    value, u = smoothed_max(v, op, gamma)
    u_dot = curvature(u, v_dot, op, gamma)
    expected, product = np.zeros_like(theta), np.zeros_like(theta)
    for t in reversed(range(steps)):
        on = alive[t, :, None, None]
        expected[:, t] = on * u[:, :, None] * q[t]
        product[:, t] = on * (u_dot[:, :, None] * q[t] + u[:, :, None] * q_dot[t])
        u = np.where(alive[t, :, None], expected[:, t].sum(1), u)
        u_dot = np.where(alive[t, :, None], product[:, t].sum(1), u_dot)
    return Operator(value, expected, None if z is None else product)


def dtw(
    theta: np.ndarray, rows: np.ndarray, cols: np.ndarray, op: str, gamma: float, z: np.ndarray | None = None
) -> Operator:
    """Smoothed DTW of costs theta: (B, M, N); rows, cols: (B,), the part of each matrix that counts, from its corner.

    V[i, j] = theta[i, j] + min(V[i, j-1], V[i-1, j-1], V[i-1, j]), value = V[rows, cols]. Goes by antidiagonals.
    """
    batch, height, width = theta.shape
    costs, direction = (np.zeros((batch, height + 2, width + 2)) for _ in range(2))
    costs[:, 1:-1, 1:-1] = theta
    direction[:, 1:-1, 1:-1] = 0.0 if z is None else z
    v, v_dot = np.full_like(costs, np.inf), np.zeros_like(costs)
    v[:, 0, 0] = 0.0
    q, q_dot = np.zeros((*costs.shape, 3)), np.zeros((*costs.shape, 3) if z is not None else (0,))
    for i, j in antidiagonals(height, width):
        least, q[:, i, j] = smoothed_max(-parents(v, i, j), op, gamma)
        v[:, i, j] = costs[:, i, j] - least
        if z is not None:
            move = parents(v_dot, i, j)
            q_dot[:, i, j] = -curvature(q[:, i, j], move, op, gamma)
            v_dot[:, i, j] = direction[:, i, j] + (q[:, i, j] * move).sum(-1)
    members = np.arange(batch)
    e, e_dot = np.zeros_like(costs), np.zeros_like(costs)
    e[members, rows, cols] = 1.0
    for i, j in reversed(antidiagonals(height, width)):
        e[:, i, j] += children(e, q, i, j)
        if z is not None:
            e_dot[:, i, j] = children(e, q_dot, i, j) + children(e_dot, q, i, j)
    product = None if z is None else e_dot[:, 1:-1, 1:-1]
    return Operator(v[members, rows, cols], e[:, 1:-1, 1:-1], product)


def antidiagonals(height: int, width: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Rows and columns, from 1, of the cells of each antidiagonal, in the order of the recursion."""
    rows = [np.arange(max(1, d - width), min(height, d - 1) + 1) for d in range(2, height + width + 1)]
    return [(i, d - i) for d, i in enumerate(rows, start=2)]


def parents(v: np.ndarray, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """The values (B, n, 3) left of, diagonally before, and above cells."""
    return np.stack([v[:, i, j - 1], v[:, i - 1, j - 1], v[:, i - 1, j]], axis=-1)


def children(e: np.ndarray, q: np.ndarray, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """What flows into cells (B, n) from those that have them as a parent."""
    right, diagonal = q[:, i, j + 1, 0] * e[:, i, j + 1], q[:, i + 1, j + 1, 1] * e[:, i + 1, j + 1]
    flow: np.ndarray = right + diagonal + q[:, i + 1, j, 2] * e[:, i + 1, j]
    return flow


def best_path(theta: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The score (B,) of the best path: hard Viterbi."""
    v = np.zeros((len(theta), theta.shape[2]))
    for t in range(theta.shape[1]):
        v = np.where((t < lengths)[:, None], (theta[:, t] + v[:, None]).max(-1), v)
    best: np.ndarray = v.max(-1)
    return best


def least_cost(theta: np.ndarray, rows: np.ndarray, cols: np.ndarray) -> np.ndarray:
    """The cost (B,) of the best alignment: hard DTW."""
    batch, height, width = theta.shape
    v = np.full((batch, height + 1, width + 1), np.inf)
    v[:, 0, 0] = 0.0
    for i, j in antidiagonals(height, width):
        v[:, i, j] = theta[:, i - 1, j - 1] + parents(v, i, j).min(-1)
    told: np.ndarray = v[np.arange(batch), rows, cols]
    return told
