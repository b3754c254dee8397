"""Search without gradients: what random search and finite differences are made of. Both need answers only."""

from collections.abc import Callable

import torch
from torch import Tensor

from papers.obfuscated_gradients.kit.ball import Norm, project
from papers.obfuscated_gradients.kit.gradients import better

PointLoss = Callable[[Tensor], Tensor]  # images (n, C, H, W) -> (n,), to be maximised
LabelLoss = Callable[[Tensor, Tensor], Tensor]  # images (m, C, H, W), labels (m,) -> (m,)
LARGEST = 0.3  # share of the picture that a square covers at first
HALVED_AT = (0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8)  # of the queries
DIRECTIONS = 64  # along which differences are taken where there are more pixels


def square(
    loss: PointLoss,
    x: Tensor,
    *,
    norm: Norm,
    eps: float,
    queries: int,
    generator: torch.Generator,
    start: Tensor | None = None,
) -> Tensor:
    """Random search that recolours one square at a time and keeps what raises each image's loss; returns images like x.

    It begins at `start`, or at random stripes. For l2 the same squares, each projected back on the ball.
    Source: Andriushchenko et al. (2020), algorithms 1 and 2; departs from it: the l2 variant has no moving windows.
    """
    n, channels, _, side = x.shape
    height = square_height(x, norm=norm, eps=eps)
    best = start
    if best is None:
        best = project(
            x + height * random_signs(n, channels, 1, side, generator=generator).to(x), x, norm=norm, eps=eps
        )
    highest = loss(best)
    for query in range(1, queries):
        share = LARGEST / 2 ** sum(query > bound * queries for bound in HALVED_AT)
        width = max(1, round(side * share**0.5))
        moved = recolour_square(best, x, width=width, height=height, generator=generator)
        moved = project(moved, x, norm=norm, eps=eps)
        best, highest = better(best, highest, moved, loss(moved))
    return best


def square_height(x: Tensor, *, norm: Norm, eps: float) -> float:
    """What a pixel of a square gets: all of eps for linf; for l2 more than an even share, which the projection scales."""
    return eps * (1.0 if norm == "linf" else 3 / x[0].numel() ** 0.5)


def recolour_square(best: Tensor, x: Tensor, *, width: int, height: float, generator: torch.Generator) -> Tensor:
    """In each of the best images one random square becomes x +- height, a random sign a channel; not projected."""
    n, channels, _, side = x.shape
    places = torch.arange(side, device=x.device)
    corner = torch.randint(0, side - width + 1, (2, n, 1), generator=generator).to(x.device)
    down, across = ((places >= at) & (places < at + width) for at in corner)
    inside = (down[:, :, None] & across[:, None])[:, None]
    return torch.where(inside, x + height * random_signs(n, channels, 1, 1, generator=generator).to(x), best)


def random_signs(*shape: int, generator: torch.Generator) -> Tensor:
    """-1.0 or 1.0 at random, on the CPU."""
    return (2 * torch.randint(0, 2, shape, generator=generator) - 1).float()


def difference_slope(
    loss: LabelLoss, at: Tensor, y: Tensor, *, norm: Norm, eps: float, generator: torch.Generator
) -> Tensor:
    """Central differences of the loss over the whole radius: sum over directions b of (L(at + h b) - L(at - h b)) b.

    b is every pixel where there are few, DIRECTIONS random corners otherwise; h = eps, or eps / |b| for l2. It sees
    across steps and plateaus that have no gradient. at: (n, C, H, W), y: (n,) -> like at.
    Source: Chen et al. (2017), zeroth-order optimisation; the step as wide as the ball follows Athalye, Carlini and
    Wagner (2018), section 3.1: search where gradients fail.
    """
    pixels = at[0].numel()
    basis = torch.eye(pixels) if pixels <= DIRECTIONS else random_signs(DIRECTIONS, pixels, generator=generator)
    basis = basis.view(-1, *at.shape[1:]).to(at)
    step = eps if norm == "linf" else eps / basis[0].norm()
    labels = y.repeat_interleave(len(basis))
    up, down = (
        loss((at[:, None] + side * step * basis).clamp(0, 1).flatten(0, 1), labels).view(len(at), -1)
        for side in (1, -1)
    )
    return torch.einsum("nk,kchw->nchw", up - down, basis)
