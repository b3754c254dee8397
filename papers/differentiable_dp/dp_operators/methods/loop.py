"""The programs as loops, differentiated by torch's autograd: once for the gradient, twice for the product.

SLICES says how theta is taken apart: "unbind" once, or "index" step by step, for which autograd allocates a whole
gradient at every step. RESCALED takes the greatest value off at each step and keeps it in float64; DTW then runs in
float64 altogether, since its values have no common offset.
"""

import torch

SLICES = "unbind"
RESCALED = True
FAR = 1e10


def smooth(x, op, gamma):
    """The smoothed maximum over the last axis."""
    if op == "entropy":
        return gamma * torch.logsumexp(x / gamma, -1)
    z = x / gamma
    descending = z.sort(-1, descending=True).values
    counts = torch.arange(1, z.shape[-1] + 1, dtype=z.dtype)
    thresholds = (descending.cumsum(-1) - 1) / counts
    size = (descending > thresholds).sum(-1, keepdim=True).clamp(min=1)
    chosen = (z > thresholds.gather(-1, size - 1)).to(z.dtype).detach()
    q = chosen * (z - ((chosen * z).sum(-1, keepdim=True) - 1) / chosen.sum(-1, keepdim=True))
    return gamma * ((q * z).sum(-1) - (q * q).sum(-1) / 2)


def steps_of(theta):
    if SLICES == "unbind":
        return theta.unbind(1)
    return [theta[:, t] for t in range(theta.shape[1])]


def viterbi(theta, lengths, op, gamma):
    """value (B,): float64 where rescaled."""
    v = theta.new_zeros(len(theta), theta.shape[2])
    offset = torch.zeros(len(theta), dtype=torch.float64)
    for t, scores in enumerate(steps_of(theta)):
        v = torch.where((t < lengths)[:, None], smooth(scores + v[:, None], op, gamma), v)
        if RESCALED:
            top = v.detach().amax(-1)
            offset = offset + top
            v = v - top[:, None]
    return smooth(v, op, gamma) + offset


def dtw(theta, rows, cols, op, gamma):
    """value (B,), by antidiagonals; one holds its cells by their first index, with a border before it."""
    batch, height, width = theta.shape
    costs = theta.double() if RESCALED else theta
    order = torch.arange(height)[:, None] + torch.arange(width)
    slanted = costs.new_full((batch, height, height + width - 1), 0.0)
    slanted = slanted.scatter(2, order.expand(batch, height, width), costs).transpose(1, 2)
    diagonals = slanted.unbind(1) if SLICES == "unbind" else [slanted[:, d] for d in range(height + width - 1)]
    border = costs.new_full((batch, 1), FAR)
    start = torch.cat([torch.zeros_like(border), border.expand(batch, height)], 1)  # the corner before all cells
    before, last = start, border.expand(batch, height + 1)
    place = torch.arange(height)
    value = costs.new_zeros(batch)
    for d, cost in enumerate(diagonals):
        parents = torch.stack([last[:, 1:], before[:, :-1], last[:, :-1]], -1)
        here = cost - smooth(-parents, op, gamma)
        here = torch.where((place <= d) & (place > d - width), here, here.new_full((), FAR))
        value = torch.where(rows + cols - 2 == d, here.gather(1, rows[:, None] - 1)[:, 0], value)
        before, last = last, torch.cat([border, here], 1)
    return value


def gradient(program, theta, sizes, op, gamma, *, again=False):
    value = program(theta, *sizes, op, gamma)
    (expected,) = torch.autograd.grad(value.sum(), theta, create_graph=again)
    return value, expected


def product(program, theta, z, sizes, op, gamma):
    _, expected = gradient(program, theta, sizes, op, gamma, again=True)
    if not expected.requires_grad:  # linear where the program runs
        return torch.zeros_like(theta)
    (answer,) = torch.autograd.grad((expected * z).sum(), theta, allow_unused=True)
    return torch.zeros_like(theta) if answer is None else answer


def tensors(*arrays):
    return [torch.from_numpy(array) for array in arrays]


class Method:
    def __init__(self, seed: int, device: str) -> None:
        pass

    def viterbi(self, theta, lengths, op, gamma):
        return self._answer(viterbi, theta, tensors(lengths), op, gamma)

    def viterbi_hvp(self, theta, z, lengths, op, gamma):
        return self._product(viterbi, theta, z, tensors(lengths), op, gamma)

    def dtw(self, theta, rows, cols, op, gamma):
        return self._answer(dtw, theta, tensors(rows, cols), op, gamma)

    def dtw_hvp(self, theta, z, rows, cols, op, gamma):
        return self._product(dtw, theta, z, tensors(rows, cols), op, gamma)

    def _product(self, program, theta, z, sizes, op, gamma):
        """In float64 where rescaled: what is taken off the values stays in their derivatives, and swamps differences."""
        scores, move = (part.double() if RESCALED else part for part in tensors(theta, z))
        return product(program, scores.requires_grad_(), move, sizes, op, gamma).numpy().astype(theta.dtype)

    def _answer(self, program, theta, sizes, op, gamma):
        (scores,) = tensors(theta)
        value, expected = gradient(program, scores.requires_grad_(), sizes, op, gamma)
        return value.detach().double().numpy(), expected.numpy()
