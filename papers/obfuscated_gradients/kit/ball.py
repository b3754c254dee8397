"""The geometry of the threat model: images in [0, 1] within a ball of radius eps around the given ones."""

from typing import Literal

import torch
from torch import Tensor

Norm = Literal["linf", "l2"]


def norms(d: Tensor, norm: Norm) -> Tensor:
    """The norm of each perturbation: d (n, ...) to (n,)."""
    flat = d.flatten(1)
    return flat.abs().amax(1) if norm == "linf" else flat.norm(dim=1)


def project(x_adv: Tensor, x: Tensor, *, norm: Norm, eps: float) -> Tensor:
    """The point of the ball around x that is nearest to x_adv, then cut to [0, 1].

    The cut moves towards x, which lies in [0, 1]: the result is in both sets.
    """
    d = x_adv - x
    if norm == "linf":
        d = d.clamp(-eps, eps)
    else:
        d = d * (eps / norms(d, norm).clamp_min(1e-12)).clamp_max(1.0).view(-1, *[1] * (x.dim() - 1))
    return (x + d).clamp(0, 1)


def steepest(gradient: Tensor, norm: Norm) -> Tensor:
    """The direction of unit norm in which a linear function with this gradient grows fastest; zero where it is zero."""
    if norm == "linf":
        return gradient.sign()
    return gradient / norms(gradient, norm).clamp_min(1e-12).view(-1, *[1] * (gradient.dim() - 1))


def random_start(x: Tensor, *, norm: Norm, eps: float, generator: torch.Generator | None = None) -> Tensor:
    """A random point of each ball: uniform for linf, of uniform radius for l2."""
    if norm == "linf":
        d = eps * (2 * torch.rand(x.shape, generator=generator) - 1)
    else:
        d = steepest(torch.randn(x.shape, generator=generator), norm)
        d = d * eps * torch.rand((len(x), *[1] * (x.dim() - 1)), generator=generator)
    return project(x + d.to(x), x, norm=norm, eps=eps)
