"""The recursions compiled by numba, in float64, one problem after the other.

Under entropy no logarithm is taken on the way. Viterbi multiplies vectors by the matrices exp(theta / gamma) and takes off
their size at each step. DTW goes row by row and keeps how the weights exp(-V / gamma) of a cell's neighbours relate to that
of the cell diagonally before it: u for the one on the left, w for the one above. With k = exp(-theta / gamma), the cell on
the right has u' = k (1 + u + w) / w, a linear recurrence in u, so that all but one multiplication of a row is done side by
side; the cell below has w' = k (1 + u + w) / u. Where such numbers leave the range of float64, under the squared norm and for
Hessian products, plain kernels compute smoothed maxima cell by cell.

Compiling costs more than most calls. So kernels know one type of number, get their room from outside, and assign numbers
only: numba compiles half a second for an array's making, and four for what an array's assignment to a slice might have to say.
"""

import math

import numba
import numpy as np

RANGE = 300.0  # exponents that exp can take, with a margin


def compiled(kernel):
    return numba.njit(error_model="numpy", fastmath={"contract", "nsz"})(kernel)


# --- Viterbi ---------------------------------------------------------------------------------------------------------


@compiled
def chain(weights, lengths, gamma, value, before, after):  # noqa: PLR0912 (a function more is compiled a time more)
    """Viterbi under entropy: weights exp(theta / gamma) (B, T, S, S) become the gradient up to each length.

    before: room (T + 1, S), whose first row is 1; after: room (2, S).
    """
    batch, _, states, _ = weights.shape
    for b in range(batch):
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
        for i in range(states):
            after[length % 2, i] = 1.0
        for t in range(length - 1, -1, -1):
            last, here = (t + 1) % 2, t % 2
            for j in range(states):
                after[here, j] = 0.0
            mass = 0.0
            for i in range(states):
                share = 0.0
                for j in range(states):
                    edge = weights[b, t, i, j] * after[last, i]
                    after[here, j] += edge
                    share += edge * before[t, j]
                mass += share
            size = 0.0
            for j in range(states):
                size += after[here, j]
            for i in range(states):
                for j in range(states):
                    weights[b, t, i, j] *= after[last, i] / mass * before[t, j]
            for j in range(states):
                after[here, j] /= size


@compiled
def smooth(x, gamma, is_l2, q):
    """The smoothed maximum of x, its gradient into q. At least one number is finite.

    The squared norm's threshold rises in each round until nothing more is cut.
    """
    n, top = x.shape[0], x[0]
    for k in range(1, n):
        top = max(top, x[k])
    total, value = 0.0, 0.0
    if not is_l2:
        for k in range(n):
            q[k] = 1.0 if x[k] == top else math.exp((x[k] - top) / gamma)
            total += q[k]
        for k in range(n):
            q[k] /= total
        return top + gamma * math.log(total)
    threshold, before, count = -1.0, n + 2, n + 1
    while count < before:
        before, total, count = count, 0.0, 0
        for k in range(n):
            z = (x[k] - top) / gamma
            if z > threshold:
                total += z
                count += 1
        threshold = (total - 1.0) / count
    for k in range(n):
        z = (x[k] - top) / gamma
        q[k] = max(z - threshold, 0.0)
        if q[k] > 0:
            value += q[k] * (z - 0.5 * q[k])
    return top + gamma * value


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


@compiled
def viterbi(theta, z, lengths, gamma, is_l2, has_z, value, expected, product, room):  # noqa: PLR0912
    """Value, gradient and, if has_z, product. room: zeros (8, S)."""
    batch, _, states, _ = theta.shape
    x, move, u, ud, v, vd, onward, onward_d = room[0], room[1], room[2], room[3], room[4], room[5], room[6], room[7]
    for b in range(batch):
        for i in range(states):
            v[i] = vd[i] = 0.0
        for t in range(lengths[b]):
            for i in range(states):
                q = expected[b, t, i]
                for j in range(states):
                    x[j] = theta[b, t, i, j] + v[j]
                onward[i] = smooth(x, gamma, is_l2, q)
                if has_z:
                    total = 0.0
                    for j in range(states):
                        move[j] = z[b, t, i, j] + vd[j]
                        total += q[j] * move[j]
                    onward_d[i] = total
                    bend(q, move, gamma, is_l2, product[b, t, i])
            for i in range(states):
                v[i], vd[i] = onward[i], onward_d[i]
        value[b] = smooth(v, gamma, is_l2, u)
        bend(u, vd, gamma, is_l2, ud)
        for t in range(lengths[b] - 1, -1, -1):
            for i in range(states):
                onward[i] = onward_d[i] = 0.0
            for i in range(states):
                for j in range(states):
                    q_ij = expected[b, t, i, j]
                    expected[b, t, i, j] = u[i] * q_ij
                    onward[j] += u[i] * q_ij
                    if has_z:
                        product[b, t, i, j] = ud[i] * q_ij + u[i] * product[b, t, i, j]
                        onward_d[j] += product[b, t, i, j]
            for i in range(states):
                u[i], ud[i] = onward[i], onward_d[i]


# --- DTW -------------------------------------------------------------------------------------------------------------


@compiled
def ratios(k, q, expected, line, e):
    """DTW under entropy of one problem: gradient (M, N) from weights k = exp(-theta / gamma) (M, N).

    q: room (3, M, N); line: room (3, N), whose first row is 1 (it becomes u); e: zeros (2, N + 1). Returns the logarithms of
    1 + u + w along the diagonal from the end, added up.
    """
    height, width = k.shape
    u, w, slope = line[0], line[1], line[2]
    q[0, 0, 0], q[1, 0, 0], q[2, 0, 0] = 1.0, 0.0, 0.0
    for j in range(width):
        w[j] = k[0, j]
        if j > 0:
            q[0, 0, j], q[1, 0, j], q[2, 0, j] = 1.0, 0.0, 0.0
    for i in range(1, height):
        for j in range(1, width):
            slope[j] = k[i, j] / w[j]
            u[j] = slope[j] * (1.0 + w[j])
        last = k[i, 0]
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
def cells(theta, z, gamma, is_l2, has_z, e, e_dot, q, bent, v, v_dot):
    """One problem (M, N), cell by cell: returns its value. e, e_dot: zeros (M + 1, N + 1), become gradient and product.

    A cell's parents are the left one, the one diagonally before and the one above. q, bent: room (M, N, 3), what it hands on
    to them and the derivative of that; v, v_dot: room (2, N + 1) for values, v infinite. bent may be empty without z.
    """
    height, width = theta.shape
    v[0, 0] = 0.0
    for i in range(height):
        above, here = i % 2, (i + 1) % 2
        v[here, 0] = np.inf
        for j in range(width):
            top = -min(v[here, j], v[above, j], v[above, j + 1])
            x, y, w = (-v[here, j] - top) / gamma, (-v[above, j] - top) / gamma, (-v[above, j + 1] - top) / gamma
            if is_l2:
                x, y, w = max(x, -2.0), max(y, -2.0), max(w, -2.0)  # below -1 nothing is chosen
                total = x + y + w - 1.0
                threshold = max(-1.0, (total - min(x, y, w)) / 2.0, total / 3.0)
                x, y, w = max(x - threshold, 0.0), max(y - threshold, 0.0), max(w - threshold, 0.0)
                gain = threshold + 0.5 * (x * x + y * y + w * w)
            else:
                x, y, w = math.exp(x), math.exp(y), math.exp(w)
                total = x + y + w
                x, y, w, gain = x / total, y / total, w / total, math.log(total)
            v[here, j + 1] = theta[i, j] - top - gamma * gain
            q[i, j, 0], q[i, j, 1], q[i, j, 2] = x, y, w
            if has_z:
                a, b, c = v_dot[here, j], v_dot[above, j], v_dot[above, j + 1]
                v_dot[here, j + 1] = z[i, j] + x * a + y * b + w * c
                if is_l2:
                    x, y, w = 1.0 if x > 0 else 0.0, 1.0 if y > 0 else 0.0, 1.0 if w > 0 else 0.0
                mean = (x * a + y * b + w * c) / (x + y + w)
                bent[i, j, 0], bent[i, j, 1] = x * (mean - a) / gamma, y * (mean - b) / gamma
                bent[i, j, 2] = w * (mean - c) / gamma
    e[height - 1, width - 1] = 1.0
    for i in range(height - 1, -1, -1):
        for j in range(width - 1, -1, -1):
            flow, flow_dot = e[i, j], e_dot[i, j]
            for k in range(3):
                up, left = i - (k > 0), j - (k < 2)  # -1 is the row or column to spare
                e[up, left] += q[i, j, k] * flow
                if has_z:
                    e_dot[up, left] += q[i, j, k] * flow_dot + bent[i, j, k] * flow
    return v[height % 2, width]


# --- The interface ---------------------------------------------------------------------------------------------------


def whole_viterbi(theta, z, lengths, op, gamma):
    """value (B,), gradient and product, in float64; the product is empty without z."""
    has_z, states = z is not None, theta.shape[-1]
    value, expected = np.empty(len(theta)), np.zeros(theta.shape)
    product = np.zeros(theta.shape if has_z else (0,) * 4)
    scores, move = in_float64(theta), in_float64(z) if has_z else product
    viterbi(scores, move, lengths, gamma, op == "l2", has_z, value, expected, product, np.zeros((8, states)))
    return value, expected, product


def whole_dtw(theta, z, rows, cols, op, gamma):
    """value (B,), gradient and product, in float64, problem by problem: the room of one is that of the next."""
    has_z, (_, height, width) = z is not None, theta.shape
    value, expected, product = np.empty(len(theta)), np.zeros(theta.shape), np.zeros(theta.shape if has_z else 0)
    rooms = [np.empty(3 * height * width) for _ in range(1 + has_z)]
    for b, (m, n) in enumerate(zip(rows.tolist(), cols.tolist(), strict=True)):
        costs = in_float64(theta[b, :m, :n])
        moves = in_float64(z[b, :m, :n]) if has_z else costs
        q, bent = (room[: 3 * m * n].reshape(m, n, 3) for room in (rooms[0], rooms[-1]))
        e, e_dot = np.zeros((2, m + 1, n + 1))
        v, v_dot = np.full((2, n + 1), np.inf), np.zeros((2, n + 1))
        value[b] = cells(costs, moves, gamma, op == "l2", has_z, e, e_dot, q, bent, v, v_dot)
        expected[b, :m, :n] = e[:m, :n]
        if has_z:
            product[b, :m, :n] = e_dot[:m, :n]
    return value, expected, product


def in_float64(array):
    return np.ascontiguousarray(array, np.float64)


def weights_of(scores, factor):
    """exp(factor scores) in float64; computed in float32 where that is given and enough."""
    is_narrow = scores.dtype == np.float32 and np.abs(scores).max() * abs(factor) < 80
    weights = np.multiply(scores, factor, dtype=np.float32 if is_narrow else np.float64)
    return np.exp(weights, out=weights).astype(float, copy=False)


class Method:
    def __init__(self, seed: int, device: str) -> None:
        self.room = np.empty(0)

    def viterbi(self, theta, lengths, op, gamma):
        if op == "l2" or np.abs(theta).max() > gamma * RANGE / 3:
            value, expected, _ = whole_viterbi(theta, None, lengths, op, gamma)
            return value, expected.astype(theta.dtype, copy=False)
        batch, steps, states, _ = theta.shape
        value, weights = np.empty(batch), weights_of(theta, 1 / gamma)
        chain(weights, lengths, gamma, value, np.ones((steps + 1, states)), np.empty((2, states)))
        for b, length in enumerate(lengths):
            weights[b, length:] = 0.0
        return value, weights.astype(theta.dtype, copy=False)

    def viterbi_hvp(self, theta, z, lengths, op, gamma):
        return whole_viterbi(theta, z, lengths, op, gamma)[2].astype(theta.dtype, copy=False)

    def dtw(self, theta, rows, cols, op, gamma):
        if op == "entropy" and np.abs(theta).max() <= gamma * RANGE:
            value, expected = self._by_ratios(theta, rows, cols, gamma)
            if np.isfinite(value).all() and np.isfinite(expected[:, 0, 0]).all():
                return value, expected
        value, expected, _ = whole_dtw(theta, None, rows, cols, op, gamma)
        return value, expected.astype(theta.dtype, copy=False)

    def dtw_hvp(self, theta, z, rows, cols, op, gamma):
        return whole_dtw(theta, z, rows, cols, op, gamma)[2].astype(theta.dtype, copy=False)

    def _by_ratios(self, theta, rows, cols, gamma):
        """Value (B,) and gradient under entropy; not finite where a ratio left the range of float64."""
        value, expected = np.empty(len(theta)), np.zeros(theta.shape, theta.dtype)
        for b, (m, n) in enumerate(zip(rows.tolist(), cols.tolist(), strict=True)):
            k, room = weights_of(theta[b, :m, :n], -1 / gamma), self._room(m, n)
            logarithms = ratios(k, room[:3], room[3], np.ones((3, n)), np.zeros((2, n + 1)))
            expected[b, :m, :n] = room[3]
            value[b] = path_sum(theta[b, :m, :n]) - gamma * logarithms
        return value, expected

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
