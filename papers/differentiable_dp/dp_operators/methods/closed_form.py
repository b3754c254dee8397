"""The paper's recursions in torch, without autograd: one pass forth keeps what the pass back needs.

Under entropy no logarithm is taken on the way. Viterbi multiplies vectors by the matrices exp(theta / gamma), from both
ends, and takes off their size every few steps. DTW keeps how the weights exp(-V / gamma) of a cell's neighbours relate to
that of the cell diagonally before it: u for the one on the left, w for the one above. With k = exp(-theta / gamma),

    s = 1 + u + w,    k s / w is the u of the cell on the right,    k s / u the w of the one below,

and a cell hands u / s, 1 / s and w / s of its flow on to its parents. Where such numbers could leave a float's range, under
the squared norm and for Hessian products, they run on differences of V. Cells are kept by antidiagonals, room for them stays.
"""

import gc
import math
from functools import lru_cache, wraps
from types import SimpleNamespace

import numpy as np
import torch

RANGE = {torch.float32: 80.0, torch.float64: 600.0}  # exponents that exp can take, with a margin
SHAPES = 4  # whose room is kept
MINUS_HALF, MINUS_THIRD = -torch.ones((), dtype=torch.float64) / 2, -torch.ones((), dtype=torch.float64) / 3
SHORT, WEIGHTS = 400, 1e100  # rows and columns up to which `row_dtw` is tried, and how great its numbers may be


def smooth(x, op):
    """Value and gradient of the smoothed maximum over the last axis of x, gamma being 1."""
    top = x.amax(-1, keepdim=True)
    z = x - top
    if op == "entropy":
        q = z.exp_()
        total = q.sum(-1, keepdim=True)
        return (top + total.log())[..., 0], q.div_(total)
    falling = z.sort(-1, descending=True).values.cumsum(-1).sub_(1)
    threshold = falling.div_(torch.arange(1, z.shape[-1] + 1, dtype=z.dtype)).amax(-1, keepdim=True)
    q = z.sub_(threshold).clamp_(min=0)
    return (top + threshold)[..., 0] + (q * q).sum(-1) / 2, q


def bend(q, v, op, axis=-1):
    """The Hessian of the smoothed maximum at gradient q times v, gamma being 1."""
    share = q if op == "entropy" else (q > 0).to(q.dtype)
    return share * (v - (share * v).sum(axis, keepdim=True) / share.sum(axis, keepdim=True))


# --- Viterbi ---------------------------------------------------------------------------------------------------------


def patience(spread, states, dtype):
    """For how many steps vectors stay within a float's range where scores are within +-spread; 0: not for one.

    In a step a vector's size changes by exp(spread) times `states` at most, and its entries by exp(2 spread) to each other.
    """
    spread = max(spread, 1e-3)
    return max(0, int(min(RANGE[dtype] / spread - 2, RANGE[dtype] / (spread + math.log(states)))))


def passage(matrices, start, every):
    """(T + 1, B, S, 1): start times one matrix (B, S, S) after the other; and what was divided by at each step (T, B, 1, 1)."""
    vectors, sizes = start.new_ones(len(matrices) + 1, *start.shape), start.new_ones(len(matrices), len(start), 1, 1)
    places = vectors.unbind(0)
    for t, matrix in enumerate(matrices):
        here = places[t + 1]
        torch.bmm(matrix, places[t], out=here)
        if t % every == every - 1:
            here.div_(torch.amax(here, (1, 2), keepdim=True, out=sizes[t]))
    return vectors, sizes


def chain(theta, lengths, gamma, every):
    """Value (B,) float64 and gradient under entropy, through matrix products."""
    batch, steps, states, _ = theta.shape
    weights = theta.mul(1 / gamma).exp_()
    over = torch.arange(steps) >= lengths[:, None]
    if is_ragged := bool(over.any()):
        weights[over] = torch.eye(states, dtype=theta.dtype)
    start = theta.new_ones(batch, states, 1)
    before, sizes = passage(weights.unbind(1), start, every)
    after, _ = passage(weights.transpose(2, 3).unbind(1)[::-1], start, every)
    value = gamma * (sizes.double().log().sum(0)[:, 0, 0] + before[-1].double().sum((1, 2)).log())
    peak = before.amax((2, 3), keepdim=True)
    before, after = before / peak, (after / after.amax((2, 3), keepdim=True)).flip(0)
    mass = (before[1:] * after[1:]).sum((2, 3), keepdim=True) * (sizes * peak[1:] / peak[:-1])
    weights.mul_((before[:-1] / mass).permute(1, 0, 3, 2)).mul_(after[1:].transpose(0, 1))
    if is_ragged:
        weights[over] = 0
    return value, weights


def steps_of(theta, lengths, op, gamma, z=None):
    """value (B,) float64, gradient, product or None, step by step: the greatest value is taken off and added up in float64.

    A problem that is over keeps its values while others go on.
    """
    batch, steps, states, _ = theta.shape
    shortest = int(lengths.min())
    scores = (theta / gamma).transpose(0, 1).contiguous()  # (T, B, S, S): a step is one block
    moves = None if z is None else (z / gamma).transpose(0, 1)
    alive = (torch.arange(steps)[:, None] < lengths)[..., None]
    v, offset = theta.new_zeros(batch, states), torch.zeros(batch, dtype=torch.float64)
    v_dot = torch.zeros_like(v)
    q, bent = torch.empty_like(scores), torch.empty_like(scores) if z is not None else None
    for t in range(steps):
        values, q[t] = smooth(scores[t] + v[:, None], op)
        if z is not None:
            move = moves[t] + v_dot[:, None]
            bent[t] = bend(q[t], move, op)
            dots = (q[t] * move).sum(-1)
            dots = dots - dots[:, :1]  # what all have in common changes no gradient
            v_dot = dots if t < shortest else torch.where(alive[t], dots, v_dot)
        v = values if t < shortest else torch.where(alive[t], values, v)
        top = v.amax(-1)
        offset += top
        v = v - top[:, None]
    value, u = smooth(v, op)
    u_dot = bend(u, v_dot, op)
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
    return gamma * (value.double() + offset), q.transpose(0, 1), None if z is None else product.transpose(0, 1)


@torch.no_grad()
def viterbi(theta, lengths, op, gamma):
    """Value (B,) float64 and gradient."""
    if op == "entropy":
        spread = extent(theta) / gamma
        for scores in (theta, theta.double()):
            if every := patience(spread, theta.shape[-1], scores.dtype):
                return chain(scores, lengths, gamma, every)
    return steps_of(theta, lengths, op, gamma)[:2]


# --- DTW -------------------------------------------------------------------------------------------------------------


class Lattice:
    """Cells (B, M, N) by antidiagonals: row d of each problem's part holds cell (i, d - i) at place i.

    A row's length is an odd number of cache lines, so that neighbouring rows do not fight for one place in the cache.
    """

    def __init__(self, batch, height, width):
        self.shape, self.rows = (batch, height, width), height + width + 1
        self.length = 8 * ((height // 8 + 1) | 1)

    def room(self, *more):
        """Zeros (..., B, rows, length), with a row and a place to spare.

        They come from numpy, which touches no memory before it is used: a quarter never is.
        """
        return torch.from_numpy(np.zeros((*more, self.shape[0], self.rows, self.length)))

    def cells(self, room, *, more=0):
        """The same numbers as (B, M, N), or with more columns."""
        batch, height, width = self.shape
        strides = self.rows * self.length, self.length + 1, self.length
        return room.as_strided((batch, height, width + more), strides, room.storage_offset())

    def line(self, d, *, inner):
        """First place and number of the cells of antidiagonal d; inner: of those that have all three parents."""
        _, height, width = self.shape
        low, high = max(inner, d - width + 1), min(height, d + 1 - inner)
        return low, max(high - low, 0)


@lru_cache(SHAPES)
def ratios(batch, height, width):
    """Room for `ratio_dtw` on problems of one shape, and views of its antidiagonals in the order of use."""
    lattice = Lattice(batch, height, width)
    k, u, w, s = (lattice.room() for _ in range(4))
    lattice.cells(u)[:, 0] = lattice.cells(w)[:, :, 0] = 1  # cells with one parent give it all that they have

    def part(room, d, low, count):
        return room[:, d].narrow(1, low, count)

    forth, back = [], []
    for d in range(height + width - 1):
        low, count = lattice.line(d, inner=1)
        if count:
            own = [part(room, d, low, count) for room in (u, w, s, k)]
            forth.append((*own, part(u, d + 1, low, count), part(w, d + 1, low + 1, count)))
        low, count = lattice.line(d, inner=0)
        right, below = (d + 1, low, count), (d + 1, low + 1, count)
        shares = part(u, *right), part(s, *right), part(w, *below), part(s, *below)
        back.append((d, part(k, d, low, count), part(s, d + 2, low + 1, count), *shares, part(s, d, low, count)))
    return SimpleNamespace(lattice=lattice, k=k, u=u, w=w, s=s, forth=forth, back=back[::-1])


def ratio_dtw(theta, rows, cols, gamma):
    """Value (B,) float64 and gradient under entropy; not finite where a ratio left the range of float64."""
    room = ratios(*theta.shape)
    k, u, w, s = (room.lattice.cells(part) for part in (room.k, room.u, room.w, room.s))
    k.copy_(theta.mul(-1 / gamma).exp_())
    s[:, 0] = s[:, :, 0] = 1
    u[:, 1:, 1:2], w[:, 1:2, 1:] = k[:, 1:, :1], k[:, :1, 1:]
    one = torch.ones((), dtype=torch.float64)  # a tensor costs half of what a number does
    for left, above, total, weight, next_left, next_above in room.forth:
        torch.add(left, above, out=total)
        total.add_(one)
        weight.mul_(total)
        torch.div(weight, above, out=next_left)
        torch.div(weight, left, out=next_above)
    path, is_cell = path_to(rows, cols)
    value = ((theta[path].double() - gamma * s[path].log()) * is_cell).sum(1)
    ends = members_by_end(rows, cols)
    for d, flow, diagonal, left, right_share, above, below_share, share in room.back:
        torch.addcmul(diagonal, left, right_share, out=flow)
        flow.addcmul_(above, below_share)
        if d in ends:
            room.k[ends[d], d, rows[ends[d]] - 1] += 1
        torch.div(flow, share, out=share)  # from here on s holds flow / s
    return value, k.to(theta.dtype, memory_format=torch.contiguous_format, copy=True)


@lru_cache(SHAPES)
def sums_by_row(batch, height, width):
    """Room for `row_dtw` on problems of one shape, (M, 2B, N) each, and views of its rows in the order of use."""
    products = torch.ones(height, 2 * batch, width + 1, dtype=torch.float64)  # of weights before each cell of a row
    sums, above, across = torch.ones(3, height, 2 * batch, width, dtype=torch.float64)
    row = torch.empty_like(sums[0])
    parts = (sums[:-1], above[1:], sums[:-1, :, :-1], across[1:, :, 1:], sums[1:])
    views = list(zip(*(part.unbind(0) for part in parts), strict=True))
    return SimpleNamespace(products=products, sums=sums, above=above, across=across, row=row, views=views)


def row_dtw(theta, gamma):
    """Value (B,) float64 and gradient of whole short problems under entropy; None where a weight left a float's range.

    Along a row W = exp(-V / gamma) obeys a linear recurrence: divided by the product of the row's weights up to a cell, it is
    the running sum of what comes from the row above. The pass back is the same on the matrix turned by half, so both go side
    by side. All terms are positive: nothing cancels.
    """
    batch, room = len(theta), sums_by_row(*theta.shape)
    scores = theta.transpose(0, 1)
    upto, before = room.products[:, :, 1:], room.products[:, :, :-1]
    torch.cumsum(torch.cat((scores, scores.flip(0, 2)), 1).mul_(-1 / gamma), -1, dtype=torch.float64, out=upto).exp_()
    torch.div(upto[:-1], before[1:], out=room.above[1:])
    torch.div(before[:-1], before[1:], out=room.across[1:])
    row, tail = room.row, room.row[:, 1:]
    for above, share, diagonal, share_across, here in room.views:
        torch.mul(above, share, out=row)
        tail.addcmul_(diagonal, share_across)
        torch.cumsum(row, -1, out=here)
    low, high = torch.aminmax(room.sums)
    if not (low > 1 / WEIGHTS and high < WEIGHTS):
        return None
    whole, forth, back = upto[:, :batch, -1], room.sums[:, :batch], room.sums[:, batch:].flip(0, 2)
    end = forth[-1, :, -1] * whole[-1]
    expected = back.mul_(forth).mul_((whole / end)[..., None]).transpose(0, 1)
    return -gamma * end.log(), expected.to(theta.dtype, memory_format=torch.contiguous_format)


def is_short(theta, rows, cols, gamma):
    """Whether `row_dtw` is worth a try."""
    _, height, width = theta.shape
    if height + width > SHORT or int(rows.min()) < height or int(cols.min()) < width:
        return False
    return float(theta.abs().sum(-1).max()) < gamma * math.log(WEIGHTS)


def path_to(rows, cols):
    """A path to each problem's end, backwards: indices of its cells, each (B, n), and which of these are cells.

    It goes diagonally and then along the border. V at the end is what the cells on it add to V.
    """
    back = torch.arange(int(torch.maximum(rows, cols).max()))
    i, j = rows[:, None] - 1 - back, cols[:, None] - 1 - back
    return (torch.arange(len(rows))[:, None], i.clamp(min=0), j.clamp(min=0)), (i >= 0) | (j >= 0)


def members_by_end(rows, cols):
    """Which members of the batch end on antidiagonal d, for each d where one does."""
    ends = {}
    for member, end in enumerate((rows + cols - 2).tolist()):
        ends.setdefault(end, []).append(member)
    return ends


def uncollected(build):
    """Build without Python's search for cycles: tens of thousands of views would have it look through everything again."""

    @wraps(build)
    def quietly(*shape):
        gc.disable()
        try:
            return build(*shape)
        finally:
            gc.enable()

    return quietly


@lru_cache(SHAPES)
@uncollected
def differences(batch, height, width):
    """Room for `difference_dtw` on problems of one shape, and views of its antidiagonals in the order of use.

    steps: how much V of the cell diagonally before exceeds that of the left one, its own (always 0), and that of the one
    above; q: what is handed on to these three. Each (3, B, rows, length). Costs make way for flow on the way back.
    """
    lattice = Lattice(batch, height, width)
    costs, steps, q = (lattice.room(*more) for more in ((), (3,), (3,)))
    lattice.cells(q[0])[:, 0] = lattice.cells(q[2])[:, :, 0] = 1
    scratch = torch.empty(8, batch, lattice.length, dtype=torch.float64)
    lines, nexts, shares = lines_of(steps, q, costs), lines_of(*steps), lines_of(*q)
    flow = lines[-1]
    forth, back = [], []
    for d in range(2, height + width - 1):
        low, count = lattice.line(d, inner=1)
        if count:
            own = (rows[d].narrow(-1, low, count) for rows in lines)
            forth.append((*own, *onward(nexts, d, low, count), scratch.narrow(-1, 0, count)))
    for d in reversed(range(height + width - 1)):
        low, count = lattice.line(d, inner=0)
        back.append((d, flow[d].narrow(-1, low, count), handed(shares, flow, d, low, count)))
    return SimpleNamespace(lattice=lattice, shares=shares, flow=flow, forth=forth, back=back, costs=costs, steps=steps)


@lru_cache(SHAPES)
@uncollected
def derivatives(batch, height, width):
    """The same for derivatives along z: those of steps, of q (bent) and of the flow (e)."""
    whole = differences(batch, height, width)
    lattice = whole.lattice
    moves, steps, bent = (lattice.room(*more) for more in ((), (3,), (3,)))
    lines, nexts, bends = lines_of(steps, bent, moves), lines_of(*steps), lines_of(*bent)
    flow = lines[-1]
    forth, back = [], []
    for d in range(2, height + width - 1):
        low, count = lattice.line(d, inner=1)
        if count:
            own = (rows[d].narrow(-1, low, count) for rows in lines)
            forth.append((*own, *onward(nexts, d, low, count)))
    for d in reversed(range(height + width - 1)):
        line = d, *lattice.line(d, inner=0)
        terms = handed(bends, whole.flow, *line) + handed(whole.shares, flow, *line)
        back.append((flow[d].narrow(-1, *line[1:]), terms))
    return SimpleNamespace(whole=whole, moves=moves, steps=steps, forth=forth, back=back)


def lines_of(*rooms):
    """The antidiagonals of each room, cut in one go: slicing in Python costs as much as computing."""
    return [room.unbind(-2) for room in rooms]


def onward(steps, d, low, count):
    """Where the steps of the cells on the right and below go."""
    return steps[0][d + 1].narrow(-1, low, count), steps[2][d + 1].narrow(-1, low + 1, count)


def handed(shares, flow, d, low, count):
    """Pairs (share, flow) of the cells on the right, diagonally behind and below: what flows from them into antidiagonal d."""
    places = (d + 1, low), (d + 2, low + 1), (d + 1, low + 1)
    return [
        (shares[k][line].narrow(-1, first, count), flow[line].narrow(-1, first, count))
        for k, (line, first) in enumerate(places)
    ]


def gather(into, terms):
    """Put the sum of products into a row."""
    (share, flow), *rest = terms
    torch.mul(share, flow, out=into)
    for share, flow in rest:
        into.addcmul_(share, flow)


def least(steps, op, q, scratch):
    """The smoothed maximum of steps (3, B, n), of which the one in the middle is 0, gamma being 1; its gradient goes into q.

    scratch: room (8, B, n), of which the fourth is what comes back.
    """
    x, _, y = steps
    top, pair, total, gain, squares = scratch[0], scratch[1], scratch[2], scratch[3], scratch[5:]
    torch.maximum(x, y, out=top)
    if op == "entropy":
        top.clamp_(min=0)
        torch.sub(steps, top, out=q).exp_()
        torch.sum(q, 0, out=gain)
        q.div_(gain)
        return gain.log_().add_(top)
    torch.add(x, y, out=total)
    torch.maximum(top, total, out=pair)  # the two greatest, added up
    top.sub_(1).clamp_(min=-1)
    torch.add(MINUS_HALF, pair, alpha=1 / 2, out=pair)
    torch.add(MINUS_THIRD, total, alpha=1 / 3, out=total)
    threshold = torch.maximum(torch.maximum(top, pair, out=top), total, out=top)
    torch.sub(steps, threshold, out=q).clamp_(min=0)
    torch.sum(torch.mul(q, q, out=squares), 0, out=gain)
    return torch.add(threshold, gain, alpha=1 / 2, out=gain)


def slope(steps, q, op, bent, scratch):
    """Derivative of the smoothed maximum along steps (3, B, n), scratch's first; that of its gradient q goes into bent."""
    mean, weight, gain, share = scratch[0], scratch[1], scratch[2], scratch[5:]
    torch.sum(torch.mul(q, steps, out=bent), 0, out=gain)
    if op == "entropy":
        bent.addcmul_(q, gain, value=-1)
        return gain
    torch.sign(q, out=share)
    torch.sum(torch.mul(share, steps, out=bent), 0, out=mean).div_(torch.sum(share, 0, out=weight))
    bent.addcmul_(share, mean, value=-1)
    return gain


def hand_on(gain, steps, right, below):
    """What V gains on the cell diagonally before, less what V there exceeds a neighbour by: the other neighbour's next step."""
    torch.sub(gain, steps[2], out=right)
    torch.sub(gain, steps[0], out=below)


def lay(lattice, given, gamma, room, steps, alone):
    """Put given numbers (B, M, N) in units of gamma into their room, and into the steps of the cells along the border."""
    cells = lattice.cells(room)
    cells.copy_(given).div_(gamma)
    torch.sub(-alone, cells[:, 1:, :1], out=lattice.cells(steps[0], more=1)[:, 1:, 1:2])
    torch.sub(-alone, cells[:, :1, 1:], out=lattice.cells(steps[2])[:, 1:2, 1:])


def difference_dtw(theta, rows, cols, op, gamma, z=None):
    """value (B,) float64, gradient, product or None, in units of gamma, on differences of V."""
    dots = derivatives(*theta.shape) if z is not None else None
    room = dots.whole if dots else differences(*theta.shape)  # no other: of which views were made
    lattice, alone = room.lattice, torch.tensor(0.5 if op == "l2" else 0.0)  # a choice of one has a norm too
    lay(lattice, theta, gamma, room.costs, room.steps, alone)
    if dots:
        lay(lattice, z, gamma, dots.moves, dots.steps, 0.0 * alone)
    for line, (steps, q, costs, right, below, scratch) in enumerate(room.forth):
        hand_on(least(steps, op, q, scratch).sub_(costs), steps, right, below)
        if dots:
            turns, bent, moves, *onto = dots.forth[line]
            hand_on(slope(turns, q, op, bent, scratch).sub_(moves), turns, *onto)
    members, down = torch.arange(len(theta))[:, None], torch.arange(theta.shape[1])
    rises = lattice.cells(room.steps[0], more=1)[members, down, cols[:, None]] * ((down > 0) & (down < rows[:, None]))
    first = (lattice.cells(room.costs)[:, 0] + alone) * (torch.arange(theta.shape[2]) < cols[:, None])
    value = gamma * (first.sum(1) - rises.sum(1))  # along the first row, then down the last column
    ends = members_by_end(rows, cols)
    for line, (d, flow, terms) in enumerate(room.back):
        gather(flow, terms)
        if d in ends:
            room.costs[ends[d], d, rows[ends[d]] - 1] += 1
        if dots:
            gather(*dots.back[line])
    flows = [room.costs, dots.moves] if dots else [room.costs]  # what was laid there has become flow
    told = [lattice.cells(flow).to(theta.dtype, copy=True).contiguous() for flow in flows]
    return value, told[0], told[1] if dots else None


@torch.no_grad()
def dtw(theta, rows, cols, op, gamma):
    """Value (B,) float64 and gradient."""
    if op == "entropy" and (spread := extent(theta) / gamma) < RANGE[torch.float64]:
        if is_short(theta, rows, cols, gamma) and (told := row_dtw(theta, gamma)):
            return told
        costs = theta if spread < RANGE[theta.dtype] else theta.double()
        value, expected = ratio_dtw(costs, rows, cols, gamma)
        if torch.isfinite(value).all() and torch.isfinite(expected[:, 0, 0]).all():
            return value, expected
    return difference_dtw(theta, rows, cols, op, gamma)[:2]


# --- The interface ---------------------------------------------------------------------------------------------------


def extent(theta):
    """The greatest absolute value."""
    low, high = torch.aminmax(theta)
    return max(-float(low), float(high))


def tensors(*arrays):
    return [torch.from_numpy(array) for array in arrays]


class Method:
    def __init__(self, seed: int, device: str) -> None:
        pass

    def viterbi(self, theta, lengths, op, gamma):
        value, expected = viterbi(*tensors(theta, lengths), op, gamma)
        return value.numpy(), expected.to(torch.from_numpy(theta).dtype).contiguous().numpy()

    @torch.no_grad()
    def viterbi_hvp(self, theta, z, lengths, op, gamma):
        scores, move, sizes = tensors(theta, z, lengths)
        return steps_of(scores, sizes, op, gamma, move)[2].contiguous().numpy()

    def dtw(self, theta, rows, cols, op, gamma):
        value, expected = dtw(*tensors(theta, rows, cols), op, gamma)
        return value.numpy(), expected.numpy().astype(theta.dtype, copy=False)

    @torch.no_grad()
    def dtw_hvp(self, theta, z, rows, cols, op, gamma):
        costs, move, *sizes = tensors(theta, z, rows, cols)
        return difference_dtw(costs, *sizes, op, gamma, move)[2].numpy()
