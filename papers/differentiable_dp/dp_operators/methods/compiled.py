"""The recursions compiled by numba, in float64, one problem after the other.

Under entropy no logarithm is taken on the way. Viterbi multiplies vectors by the matrices exp(theta / gamma) and takes off
their size at each step. DTW goes row by row and keeps how the weights exp(-V / gamma) of a cell's neighbours relate to that
of the cell diagonally before it: u for the one on the left, w for the one above. With k = exp(-theta / gamma), the cell on
the right has u' = k (1 + u + w) / w, a linear recurrence in u, so that all but one multiplication of a row is done side by
side; the cell below has w' = k (1 + u + w) / u. Where such numbers leave the range of float64, under the squared norm and for
Hessian products, plain kernels compute smoothed maxima cell by cell.
"""

import math

import numba
import numpy as np

RANGE = 300.0  # exponents that exp can take, with a margin


def compiled(kernel):
    return numba.njit(error_model="numpy", fastmath={"contract", "nsz"})(kernel)


@compiled
def project(x, top, gamma, q):
    """Sparsemax of (x - top) / gamma into q; returns the value. The threshold rises in each round until nothing is cut."""
    n = x.shape[0]
    total, count = 0.0, 0
    for k in range(n):
        q[k] = (x[k] - top) / gamma
        if q[k] > -1.0:
            total += q[k]
            count += 1
    threshold, before = (total - 1.0) / count, n + 1
    while count < before:
        before, total, count = count, 0.0, 0
        for k in range(n):
            if q[k] > threshold:
                total += q[k]
                count += 1
        threshold = (total - 1.0) / count
    value = 0.0
    for k in range(n):
        z = q[k]
        q[k] = max(z - threshold, 0.0)
        if q[k] > 0:
            value += q[k] * (z - 0.5 * q[k])
    return top + gamma * value


@compiled
def smooth(x, gamma, is_l2, q):
    """The smoothed maximum of x, its gradient into q. At least one number is finite."""
    top = x[0]
    for k in range(1, x.shape[0]):
        top = max(top, x[k])
    if is_l2:
        return project(x, top, gamma, q)
    total = 0.0
    for k in range(x.shape[0]):
        q[k] = 1.0 if x[k] == top else math.exp((x[k] - top) / gamma)
        total += q[k]
    for k in range(x.shape[0]):
        q[k] /= total
    return top + gamma * math.log(total)


@compiled
def bend(q, v, gamma, is_l2, out):
    """The Hessian at gradient q times v, into out."""
    mean, weight = 0.0, 0.0
    for k in range(q.shape[0]):
        share = (1.0 if q[k] > 0 else 0.0) if is_l2 else q[k]
        mean += share * v[k]
        weight += share
    mean /= weight
    for k in range(q.shape[0]):
        share = (1.0 if q[k] > 0 else 0.0) if is_l2 else q[k]
        out[k] = share * (v[k] - mean) / gamma


# --- Viterbi ---------------------------------------------------------------------------------------------------------


@compiled
def chain(weights, lengths, gamma, value):
    """Viterbi under entropy: weights exp(theta / gamma) (B, T, S, S) become the gradient."""
    batch, steps, states, _ = weights.shape
    before, after = np.empty((steps + 1, states)), np.empty((2, states))
    for b in range(batch):
        before[0] = 1.0
        logarithm, length = 0.0, lengths[b]
        for t in range(length):
            size = 0.0
            for i in range(states):
                total = 0.0
                for j in range(states):
                    total += weights[b, t, i, j] * before[t, j]
                before[t + 1, i] = total
                size += total
            for i in range(states):
                before[t + 1, i] /= size
            logarithm += math.log(size)
        value[b] = gamma * logarithm
        after[length % 2] = 1.0
        for t in range(length - 1, -1, -1):
            last, here = after[(t + 1) % 2], after[t % 2]
            here[:] = 0.0
            mass = 0.0
            for i in range(states):
                share = 0.0
                for j in range(states):
                    edge = weights[b, t, i, j] * last[i]
                    here[j] += edge
                    share += edge * before[t, j]
                mass += share
            size = 0.0
            for j in range(states):
                size += here[j]
            for i in range(states):
                for j in range(states):
                    weights[b, t, i, j] *= last[i] / mass * before[t, j]
            for j in range(states):
                here[j] /= size
        weights[b, length:] = 0.0


@compiled
def viterbi(theta, z, lengths, gamma, is_l2, has_z, value, expected, product):
    """Value, gradient and, if has_z, product."""
    batch, _, states, _ = theta.shape
    x, move, q_end, bent = np.empty(states), np.empty(states), np.empty(states), np.zeros(states)
    v, v_next = np.empty(states), np.empty(states)
    vd, vd_next = np.empty(states), np.empty(states)
    for b in range(batch):
        v[:] = 0.0
        vd[:] = 0.0
        for t in range(lengths[b]):
            for i in range(states):
                q = expected[b, t, i]
                for j in range(states):
                    x[j] = theta[b, t, i, j] + v[j]
                v_next[i] = smooth(x, gamma, is_l2, q)
                if has_z:
                    total = 0.0
                    for j in range(states):
                        move[j] = z[b, t, i, j] + vd[j]
                        total += q[j] * move[j]
                    vd_next[i] = total
                    bend(q, move, gamma, is_l2, product[b, t, i])
            v, v_next = v_next, v
            vd, vd_next = vd_next, vd
        value[b] = smooth(v, gamma, is_l2, q_end)
        if has_z:
            bend(q_end, vd, gamma, is_l2, bent)
        u, u_next, ud, ud_next = q_end, v, bent, vd
        for t in range(lengths[b] - 1, -1, -1):
            u_next[:] = 0.0
            ud_next[:] = 0.0
            for i in range(states):
                for j in range(states):
                    q = expected[b, t, i, j]
                    expected[b, t, i, j] = u[i] * q
                    u_next[j] += u[i] * q
                    if has_z:
                        product[b, t, i, j] = ud[i] * q + u[i] * product[b, t, i, j]
                        ud_next[j] += product[b, t, i, j]
            u, u_next = u_next, u
            ud, ud_next = ud_next, ud
        q_end, v, bent, vd = u, u_next, ud, ud_next


# --- DTW -------------------------------------------------------------------------------------------------------------


@compiled
def ratios(k, q, expected):
    """DTW under entropy of one problem: gradient (M, N) from weights k = exp(-theta / gamma) (M, N); q: room, (3, M, N).

    Returns the logarithms of 1 + u + w along the diagonal from the end, added up.
    """
    height, width = k.shape
    u, w, slope = np.ones(width), np.empty(width), np.empty(width)
    q[0, 0], q[1, 0], q[2, 0] = 1.0, 0.0, 0.0
    w[:] = k[0]
    for i in range(1, height):
        for j in range(1, width):
            slope[j] = k[i, j] / w[j]
            u[j] = slope[j] * (1.0 + w[j])
        last = float(k[i, 0])
        for j in range(1, width):
            rise = u[j]
            u[j] = last
            last = slope[j] * last + rise
        for j in range(1, width):
            total = 1.0 + u[j] + w[j]
            share = 1.0 / total
            q[0, i, j] = u[j] * share
            q[1, i, j] = share
            q[2, i, j] = w[j] * share
            w[j] = k[i, j] * total / u[j]
        q[0, i, 0], q[1, i, 0], q[2, i, 0] = 0.0, 0.0, 1.0
    e = np.zeros((2, width + 1))
    e[(height - 1) % 2, width - 1] = 1.0
    for i in range(height - 1, -1, -1):
        here, below = e[i % 2], e[(i + 1) % 2]
        if i < height - 1:
            for j in range(width - 1):
                here[j] = q[1, i + 1, j + 1] * below[j + 1] + q[2, i + 1, j] * below[j]
            here[width - 1] = q[2, i + 1, width - 1] * below[width - 1]
        last = here[width - 1]
        for j in range(width - 2, -1, -1):
            last = here[j] + q[0, i, j + 1] * last
            here[j] = last
        for j in range(width):
            expected[i, j] = here[j]
    logarithms = 0.0
    for n in range(min(height, width) - 1):
        logarithms -= math.log(q[1, height - 1 - n, width - 1 - n])
    return logarithms


@compiled
def dtw_forth(theta, z, rows, cols, gamma, is_l2, has_z, value, q, bent):
    """Values, gradients q (B, M, N, 3) and their derivatives."""
    batch, height, width = theta.shape
    x, move, bend_of = np.empty((batch, 3)), np.empty(3), np.empty(3)
    v, vd = np.full((2, width + 1, batch), np.inf), np.zeros((2, width + 1, batch))
    v[0, 0] = 0.0
    for i in range(height):
        above, here = i % 2, (i + 1) % 2
        v[here, 0] = np.inf
        for j in range(width):
            for b in range(batch):
                x[b, 0], x[b, 1], x[b, 2] = -v[here, j, b], -v[above, j, b], -v[above, j + 1, b]
                v[here, j + 1, b] = theta[b, i, j] - smooth(x[b], gamma, is_l2, q[b, i, j])
                if has_z:
                    move[0], move[1], move[2] = vd[here, j, b], vd[above, j, b], vd[above, j + 1, b]
                    bend(q[b, i, j], move, gamma, is_l2, bend_of)
                    total = z[b, i, j]
                    for k in range(3):
                        bent[b, i, j, k] = -bend_of[k]
                        total += q[b, i, j, k] * move[k]
                    vd[here, j + 1, b] = total
                if i == rows[b] - 1 and j == cols[b] - 1:
                    value[b] = v[here, j + 1, b]


@compiled
def dtw_back(rows, cols, e, q, into):
    """Add what flows from e (B, M, N) along q to the parents of each cell, in `into`, which may be e itself."""
    for b in range(e.shape[0]):
        for i in range(rows[b] - 1, -1, -1):
            for j in range(cols[b] - 1, -1, -1):
                if j > 0:
                    into[b, i, j - 1] += q[b, i, j, 0] * e[b, i, j]
                if i > 0:
                    into[b, i - 1, j] += q[b, i, j, 2] * e[b, i, j]
                if j > 0 and i > 0:
                    into[b, i - 1, j - 1] += q[b, i, j, 1] * e[b, i, j]


def dtw(theta, z, rows, cols, gamma, is_l2, has_z, value, expected, product):
    """Problem by problem: the gradients of one take the room of those before."""
    q, bent = np.empty((1, *theta.shape[1:], 3)), np.empty((min(len(product), 1), *product.shape[1:], 3))
    for b in range(len(theta)):
        one = slice(b, b + 1)
        sizes, e, bends = (rows[one], cols[one]), expected[one], product[one]
        dtw_forth(theta[one], z[one], *sizes, gamma, is_l2, has_z, value[one], q, bent)
        e[0, rows[b] - 1, cols[b] - 1] = 1.0
        dtw_back(*sizes, e, q, e)
        if has_z:
            dtw_back(*sizes, e, bent, bends)
            dtw_back(*sizes, bends, q, bends)


# --- The interface ---------------------------------------------------------------------------------------------------


def solve(kernel, theta, z, sizes, op, gamma):
    """value (B,), gradient and product, in the dtype of theta; the product is empty without z."""
    theta64 = np.ascontiguousarray(theta, np.float64)
    z64 = np.empty((0,) * theta.ndim) if z is None else np.ascontiguousarray(z, np.float64)
    value, expected = np.empty(len(theta)), np.zeros(theta.shape)
    product = np.zeros((0,) * theta.ndim if z is None else theta.shape)
    kernel(theta64, z64, *sizes, gamma, op == "l2", z is not None, value, expected, product)
    return value, expected.astype(theta.dtype), product.astype(theta.dtype)


def weights_of(scores, factor):
    """exp(factor scores): in float32 where that is given and enough, else in float64."""
    if scores.dtype == np.float32 and np.abs(scores).max() * abs(factor) > 80:
        scores = scores.astype(float)
    weights = scores * scores.dtype.type(factor)
    return np.exp(weights, out=weights)


class Method:
    def __init__(self, seed: int, device: str) -> None:
        self.room = np.empty(0)

    def identity(self, theta):
        return theta

    def viterbi(self, theta, lengths, op, gamma):
        if op == "l2" or np.abs(theta).max() > gamma * RANGE / 3:
            return solve(viterbi, theta, None, (lengths,), op, gamma)[:2]
        value, weights = np.empty(len(theta)), weights_of(theta, 1 / gamma)
        chain(weights, lengths, gamma, value)
        return value, weights.astype(theta.dtype, copy=False)

    def viterbi_hvp(self, theta, z, lengths, op, gamma):
        return solve(viterbi, theta, z, (lengths,), op, gamma)[2]

    def dtw(self, theta, rows, cols, op, gamma):
        if op == "l2" or np.abs(theta).max() > gamma * RANGE:
            return solve(dtw, theta, None, (rows, cols), op, gamma)[:2]
        value, expected = np.empty(len(theta)), np.zeros(theta.shape, theta.dtype)
        for b, (m, n) in enumerate(zip(rows, cols, strict=True)):
            k = weights_of(theta[b, :m, :n], -1 / gamma).astype(float, copy=False)  # one type: compiling is dear
            room = self._room(m, n)
            logarithms = ratios(k, room[:3], room[3])
            expected[b, :m, :n] = room[3]
            value[b] = path_sum(theta[b, :m, :n]) - gamma * logarithms
        if np.isfinite(value).all() and np.isfinite(expected[:, 0, 0]).all():
            return value, expected
        return solve(dtw, theta, None, (rows, cols), op, gamma)[:2]

    def dtw_hvp(self, theta, z, rows, cols, op, gamma):
        return solve(dtw, theta, z, (rows, cols), op, gamma)[2]

    def _room(self, height, width):
        """Numbers (4, M, N) that an earlier call may have used."""
        size = 4 * height * width
        if self.room.size < size:
            self.room = np.empty(size)
        return self.room[:size].reshape(4, height, width)


def path_sum(theta):
    """The costs (M, N) from the end diagonally backwards and then along the border, added up."""
    m, n = theta.shape
    back = np.arange(max(m, n))
    return float(theta[np.maximum(m - 1 - back, 0), np.maximum(n - 1 - back, 0)].sum(dtype=float))
