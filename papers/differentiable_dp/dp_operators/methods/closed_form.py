"""The paper's recursions in torch: gradients kept on the way forth, products of them on the way back; no autograd.

Viterbi goes by steps, with the greatest value taken off at each step and added up in float64, so that float32 is enough.
DTW goes by antidiagonals, laid out so that each one is a row, with values in float64.
"""

import torch

FAR = 1e30  # the cost of a cell that is not there


def smooth(x, op, gamma):
    """Value and gradient of the smoothed maximum over the last axis of x."""
    top = x.amax(-1, keepdim=True)
    z = (x - top) / gamma
    if op == "entropy":
        q = z.exp()
        total = q.sum(-1, keepdim=True)
        return (top + gamma * total.log())[..., 0], q / total
    q = project(z)
    return top[..., 0] + gamma * (q * (z.clamp(min=-2) - q / 2)).sum(-1), q


def project(z):
    """Sparsemax over the last axis; z is at most 0. Below -1 nothing is chosen."""
    total = z.clamp(min=-2).sort(-1, descending=True).values.cumsum(-1) - 1
    counts = torch.arange(1, z.shape[-1] + 1, dtype=z.dtype)
    return (z - (total / counts).amax(-1, keepdim=True)).clamp(min=0)


def bend(q, v, op, gamma):
    """The Hessian at gradient q times v."""
    if op == "entropy":
        return q * (v - (q * v).sum(-1, keepdim=True)) / gamma
    support = (q > 0).to(q.dtype)
    return support * (v - (support * v).sum(-1, keepdim=True) / support.sum(-1, keepdim=True)) / gamma


@torch.no_grad()
def viterbi(theta, lengths, op, gamma, z=None):
    """value (B,) float64, gradient, product or None. A problem that is over keeps its values while others go on."""
    batch, steps, states, _ = theta.shape
    shortest = int(lengths.min())
    scores = theta.transpose(0, 1).contiguous()  # (T, B, S, S): a step is one block
    moves = None if z is None else z.transpose(0, 1)
    alive = (torch.arange(steps)[:, None] < lengths)[..., None]
    v, offset = theta.new_zeros(batch, states), torch.zeros(batch, dtype=torch.float64)
    v_dot = torch.zeros_like(v)
    q, bent = torch.empty_like(scores), torch.empty_like(scores) if z is not None else None
    for t in range(steps):
        values, q[t] = smooth(scores[t] + v[:, None], op, gamma)
        if z is not None:
            move = moves[t] + v_dot[:, None]
            bent[t] = bend(q[t], move, op, gamma)
            dots = (q[t] * move).sum(-1)
            v_dot = dots if t < shortest else torch.where(alive[t], dots, v_dot)
        v = values if t < shortest else torch.where(alive[t], values, v)
        top = v.amax(-1)
        offset += top
        v = v - top[:, None]
    value, u = smooth(v, op, gamma)
    u_dot = bend(u, v_dot, op, gamma)
    product = None if z is None else torch.empty_like(scores)
    for t in reversed(range(steps)):
        if t >= shortest:
            q[t] *= alive[t, ..., None]
        if z is not None:
            torch.mul(q[t], u_dot[:, :, None], out=product[t])
            product[t] += u[:, :, None] * bent[t] * alive[t, ..., None]
            dots = product[t].sum(1)
            u_dot = dots if t < shortest else torch.where(alive[t], dots, u_dot)
        q[t] *= u[:, :, None]
        flow = q[t].sum(1)
        u = flow if t < shortest else torch.where(alive[t], flow, u)
    return value.double() + offset, q.transpose(0, 1), None if z is None else product.transpose(0, 1)


def slanted(rows, batch, height, width):
    """A view (B, M, N) of rows: (M + N - 1, B, M), whose row d holds the cells of antidiagonal d by their first index."""
    return rows.as_strided((batch, height, width), (height, batch * height + 1, batch * height))


def least(parents, op, gamma, q):
    """The smoothed minimum of parents: (3, B, n) float64 over the first axis; its gradient goes into q: (3, B, n)."""
    low = torch.minimum(torch.minimum(parents[0], parents[1]), parents[2])
    torch.sub(low, parents, out=q)
    q.mul_(1 / gamma)
    if op == "entropy":
        q.exp_()
        total = q.sum(0)
        q.div_(total)
        return low - gamma * total.double().log()
    z = q.clamp(min=-2)
    high, low_z = z.amax(0), z.amin(0)
    middle = z.sum(0) - high - low_z
    threshold = torch.maximum(torch.maximum(high - 1, (high + middle - 1) / 2), (z.sum(0) - 1) / 3)
    torch.sub(z, threshold, out=q)
    q.clamp_(min=0)
    return low - gamma * (q * (z - q / 2)).sum(0).double()


@torch.no_grad()
def dtw(theta, rows, cols, op, gamma, z=None):
    """value (B,) float64, gradient, product or None."""
    batch, height, width = theta.shape
    count = height + width - 1
    costs = theta.new_zeros(count, batch, height)
    slanted(costs, batch, height, width).copy_(theta)
    moves = None
    if z is not None:
        moves = theta.new_zeros(count, batch, height)
        slanted(moves, batch, height, width).copy_(z)
    # three rows of values in turn, and one number before each: what lies outside stays far
    v = torch.full((3, batch, height + 1), FAR, dtype=torch.float64)
    v_dot = torch.zeros((3, batch, height + 1), dtype=theta.dtype)
    q = theta.new_zeros(3, count, batch, height)
    bent = theta.new_zeros(3, count, batch, height) if z is not None else None
    ends = rows + cols - 2
    value = torch.empty(batch, dtype=torch.float64)
    members = torch.arange(batch)
    is_end = {int(d): members[ends == d] for d in ends.unique()}
    v[0, :, 1] = costs[0, :, 0].double() + (gamma / 2 if op == "l2" else 0.0)  # a choice of one has a norm too
    if z is not None:
        v_dot[0, :, 1] = moves[0, :, 0]
    for d in range(count):
        low, high = max(0, d - width + 1), min(height - 1, d) + 1
        here, last, before = d % 3, (d - 1) % 3, (d - 2) % 3
        if d:
            parents = torch.stack((v[last, :, low + 1 : high + 1], v[before, :, low:high], v[last, :, low:high]))
            mine = q[:, d, :, low:high]
            torch.add(least(parents, op, gamma, mine), costs[d, :, low:high], out=v[here, :, low + 1 : high + 1])
            if z is not None:
                move = torch.stack(
                    (v_dot[last, :, low + 1 : high + 1], v_dot[before, :, low:high], v_dot[last, :, low:high])
                )
                bent[:, d, :, low:high] = -bend(mine.movedim(0, -1), move.movedim(0, -1), op, gamma).movedim(-1, 0)
                torch.add((mine * move).sum(0), moves[d, :, low:high], out=v_dot[here, :, low + 1 : high + 1])
        if d in is_end:
            over = is_end[d]
            value[over] = v[here, over, rows[over]]
    e = theta.new_zeros(count + 2, batch, height + 1)
    e[ends, members, rows - 1] = 1
    e_dot = torch.zeros_like(e) if z is not None else None
    for d in reversed(range(count - 1)):
        low, high = max(0, d - width + 1), min(height - 1, d) + 1
        flow_back(e, e, q, d, low, high)
        if z is not None:
            flow_back(e_dot, e, bent, d, low, high)
            flow_back(e_dot, e_dot, q, d, low, high)
    shape = (batch, height, width)
    strides = (height + 1, batch * (height + 1) + 1, batch * (height + 1))
    product = None if z is None else e_dot.as_strided(shape, strides)
    return value, e.as_strided(shape, strides), product


def flow_back(into, e, q, d, low, high):
    """Add to the cells low..high of antidiagonal d what flows to them from the right, the diagonal and below."""
    height = q.shape[-1]
    row, most = into[d], min(high, height - 1)
    row[:, low:high].addcmul_(q[0, d + 1, :, low:high], e[d + 1, :, low:high])
    if most > low:
        row[:, low:most].addcmul_(q[2, d + 1, :, low + 1 : most + 1], e[d + 1, :, low + 1 : most + 1])
        if d + 2 < q.shape[1]:
            row[:, low:most].addcmul_(q[1, d + 2, :, low + 1 : most + 1], e[d + 2, :, low + 1 : most + 1])


def tensors(*arrays):
    return [torch.from_numpy(array) for array in arrays]


class Method:
    def __init__(self, seed: int, device: str) -> None:
        pass

    def identity(self, theta):
        return theta

    def viterbi(self, theta, lengths, op, gamma):
        value, expected, _ = viterbi(*tensors(theta, lengths), op, gamma)
        return value.numpy(), expected.contiguous().numpy()

    def viterbi_hvp(self, theta, z, lengths, op, gamma):
        scores, move, sizes = tensors(theta, z, lengths)
        return viterbi(scores, sizes, op, gamma, move)[2].contiguous().numpy()

    def dtw(self, theta, rows, cols, op, gamma):
        value, expected, _ = dtw(*tensors(theta, rows, cols), op, gamma)
        return value.numpy(), expected.contiguous().numpy()

    def dtw_hvp(self, theta, z, rows, cols, op, gamma):
        costs, move, *sizes = tensors(theta, z, rows, cols)
        return dtw(costs, *sizes, op, gamma, move)[2].contiguous().numpy()
