"""Viterbi as a tree: neighbouring steps are combined in pairs, as matrices over a semiring of smoothed maxima.

Right for entropy, whose smoothed maximum is associative; under the squared norm the order of a recursion matters, and this
is another one. Each block's greatest number is taken off and added up in float64, so that float32 will do for long chains.
Differentiated by autograd; DTW is not attempted.
"""

import torch


def smooth(x, op, gamma):
    """The smoothed maximum over the last axis."""
    top = x.detach().amax(-1, keepdim=True)
    z = (x - top) / gamma
    if op == "entropy":
        return top[..., 0] + gamma * torch.logsumexp(z, -1)
    total = z.sort(-1, descending=True).values.cumsum(-1) - 1
    counts = torch.arange(1, z.shape[-1] + 1, dtype=z.dtype)
    q = (z - (total / counts).amax(-1, keepdim=True)).clamp(min=0)
    return top[..., 0] + gamma * ((q * z).sum(-1) - (q * q).sum(-1) / 2)


def together(first, second, op, gamma):
    """The matrix of two blocks of steps, one after the other; each (..., S, S) [current, previous]."""
    return smooth(second[..., :, None, :] + first.transpose(-1, -2)[..., None, :, :], op, gamma)


def viterbi(theta, lengths, op, gamma):
    """value (B,) float64: steps at the end that are not there are left alone by an identity, 0 on the diagonal and far off it."""
    batch, steps, states, _ = theta.shape
    far = -1e6 * max(1.0, float(theta.detach().abs().max()))
    nothing = torch.full((states, states), far, dtype=theta.dtype).fill_diagonal_(0.0)
    alive = (torch.arange(steps) < lengths[:, None])[..., None, None]
    blocks, offset = torch.where(alive, theta, nothing), torch.zeros(batch, dtype=torch.float64)
    while blocks.shape[1] > 1:
        if blocks.shape[1] % 2:
            blocks = torch.cat([blocks, nothing.expand(batch, 1, states, states)], 1)
        blocks = together(blocks[:, 0::2], blocks[:, 1::2], op, gamma)
        top = blocks.detach().amax((2, 3), keepdim=True)
        blocks, offset = blocks - top, offset + top.double().sum((1, 2, 3))
    return smooth(smooth(blocks[:, 0], op, gamma), op, gamma) + offset


class Method:
    def __init__(self, seed: int, device: str) -> None:
        pass

    def viterbi(self, theta, lengths, op, gamma):
        value, expected, _ = self._solve(theta, lengths, op, gamma, again=False)
        return value.detach().numpy(), expected.detach().numpy()

    def viterbi_hvp(self, theta, z, lengths, op, gamma):
        _, expected, scores = self._solve(theta, lengths, op, gamma, again=True)
        (product,) = torch.autograd.grad((expected * torch.from_numpy(z)).sum(), scores)
        return product.numpy()

    def _solve(self, theta, lengths, op, gamma, *, again):
        scores = torch.from_numpy(theta).requires_grad_()
        value = viterbi(scores, torch.from_numpy(lengths), op, gamma)
        (expected,) = torch.autograd.grad(value.sum(), scores, create_graph=again)
        return value, expected, scores
