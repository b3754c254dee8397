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
    q, q_dot = (np.zeros((3, batch, costs[0].size if needed else 0)) for needed in (True, z is not None))
    flat_costs, flat_v, flat_direction, flat_v_dot = (a.reshape(batch, -1) for a in (costs, v, direction, v_dot))
    stride = width + 2
    for line in antidiagonals(height, width):
        least, share = smoothed_max(-parents(flat_v, line, stride), op, gamma)
        q[:, :, line] = share.transpose(2, 0, 1)
        flat_v[:, line] = flat_costs[:, line] - least
        if z is not None:
            move = parents(flat_v_dot, line, stride)
            q_dot[:, :, line] = -curvature(share, move, op, gamma).transpose(2, 0, 1)
            flat_v_dot[:, line] = flat_direction[:, line] + (share * move).sum(-1)
    members = np.arange(batch)
    e, e_dot = np.zeros_like(costs), np.zeros_like(costs)
    flat_e, flat_e_dot = e.reshape(batch, -1), e_dot.reshape(batch, -1)
    e[members, rows, cols] = 1.0
    for line in reversed(antidiagonals(height, width)):
        flat_e[:, line] += children(flat_e, q, line, stride)
        if z is not None:
            flat_e_dot[:, line] = children(flat_e, q_dot, line, stride) + children(flat_e_dot, q, line, stride)
    product = None if z is None else e_dot[:, 1:-1, 1:-1]
    return Operator(v[members, rows, cols], e[:, 1:-1, 1:-1], product)


def antidiagonals(height: int, width: int) -> list[slice]:
    """Where the cells of each antidiagonal lie, in the order of the recursion, in flat arrays with a border around."""
    lines = []
    for d in range(2, height + width + 1):
        first, last = (
            max(1, d - width),
            min(height, d - 1),
        )  # rows from 1; cell (i, d - i) is the number i (width + 1) + d
        lines.append(slice(first * (width + 1) + d, last * (width + 1) + d + 1, width + 1))
    return lines


def moved(line: slice, by: int) -> slice:
    """The same cells, so many places on."""
    return slice(line.start + by, line.stop + by, line.step)


def parents(v: np.ndarray, line: slice, stride: int) -> np.ndarray:
    """The values (B, n, 3) left of, diagonally before, and above cells; v: (B, cells)."""
    return np.stack([v[:, moved(line, -by)] for by in (1, stride + 1, stride)], axis=-1)


def children(e: np.ndarray, q: np.ndarray, line: slice, stride: int) -> np.ndarray:
    """What flows into cells (B, n) from those that have them as a parent; e: (B, cells), q: (3, B, cells)."""
    right, diagonal, below = moved(line, 1), moved(line, stride + 1), moved(line, stride)
    flow: np.ndarray = q[0][:, right] * e[:, right] + q[1][:, diagonal] * e[:, diagonal] + q[2][:, below] * e[:, below]
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
    v, costs = np.full((batch, height + 2, width + 2), np.inf), np.zeros((batch, height + 2, width + 2))
    v[:, 0, 0], costs[:, 1:-1, 1:-1] = 0.0, theta
    flat_v, flat_costs = v.reshape(batch, -1), costs.reshape(batch, -1)
    for line in antidiagonals(height, width):
        flat_v[:, line] = flat_costs[:, line] + parents(flat_v, line, width + 2).min(-1)
    told: np.ndarray = v[np.arange(batch), rows, cols]
    return told
