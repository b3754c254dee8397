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
    costs, direction = antidiagonals(theta), antidiagonals(np.zeros_like(theta) if z is None else z)
    v, v_dot = np.full_like(costs, np.inf), np.zeros_like(costs)
    v[:, 0, 0] = 0.0
    q, q_dot = np.zeros((3, *costs.shape)), np.zeros((3, *costs.shape) if z is not None else 0)
    for d, here in lines(height, width):
        least, share = smoothed_max(-parents(v, d, here), op, gamma)
        q[:, :, d, here] = np.moveaxis(share, -1, 0)
        v[:, d, here] = costs[:, d, here] - least
        if z is not None:
            move = parents(v_dot, d, here)
            q_dot[:, :, d, here] = -np.moveaxis(curvature(share, move, op, gamma), -1, 0)
            v_dot[:, d, here] = direction[:, d, here] + (share * move).sum(-1)
    e, e_dot = np.zeros_like(costs), np.zeros_like(costs)
    matrices(e, height, width)[np.arange(batch), rows, cols] = 1.0
    for d, here in reversed(lines(height, width)):
        e[:, d, here] += children(e, q, d, here)
        if z is not None:
            e_dot[:, d, here] = children(e, q_dot, d, here) + children(e_dot, q, d, here)
    value, expected, product = (matrices(room, height, width) for room in (v, e, e_dot))
    inside = (slice(None), slice(1, -1), slice(1, -1))
    return Operator(value[np.arange(batch), rows, cols], expected[inside], None if z is None else product[inside])


def antidiagonals(theta: np.ndarray) -> np.ndarray:
    """Matrices (B, M, N) with a border of zeros around, by antidiagonals: cell (i, j), from 1, is [:, i + j, i]."""
    batch, height, width = theta.shape
    room = np.zeros((batch, height + width + 3, height + 2))
    matrices(room, height, width)[:, 1:-1, 1:-1] = theta
    return room


def matrices(room: np.ndarray, height: int, width: int) -> np.ndarray:
    """The same numbers as matrices (B, M + 2, N + 2)."""
    member, line, place = room.strides
    shape = (len(room), height + 2, width + 2)
    return np.lib.stride_tricks.as_strided(room, shape, (member, line + place, line))


def lines(height: int, width: int) -> list[tuple[int, slice]]:
    """The antidiagonals in the order of the recursion, and where their cells lie."""
    return [(d, slice(max(1, d - width), min(height, d - 1) + 1)) for d in range(2, height + width + 1)]


def shifted(here: slice, by: int) -> slice:
    """The same number of places, so many rows on."""
    return slice(here.start + by, here.stop + by)


def parents(v: np.ndarray, d: int, here: slice) -> np.ndarray:
    """The values (B, n, 3) left of, diagonally before, and above the cells of an antidiagonal.

    They lie choice by choice: numpy works through three long rows much faster than through many triples.
    """
    before = shifted(here, -1)
    return np.moveaxis(np.array([v[:, d - 1, here], v[:, d - 2, before], v[:, d - 1, before]]), 0, -1)


def children(e: np.ndarray, q: np.ndarray, d: int, here: slice) -> np.ndarray:
    """What flows into the cells (B, n) of an antidiagonal from those that have them as a parent; q: (3, *e.shape)."""
    below = shifted(here, 1)
    flow: np.ndarray = q[0][:, d + 1, here] * e[:, d + 1, here]
    flow += q[1][:, d + 2, below] * e[:, d + 2, below]
    flow += q[2][:, d + 1, below] * e[:, d + 1, below]
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
    costs = antidiagonals(theta)
    v = np.full_like(costs, np.inf)
    v[:, 0, 0] = 0.0
    for d, here in lines(height, width):
        v[:, d, here] = costs[:, d, here] + parents(v, d, here).min(-1)
    told: np.ndarray = matrices(v, height, width)[np.arange(batch), rows, cols]
    return told
