"""Losses, their gradients, and steps along them: what most attacks are made of."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from papers.obfuscated_gradients.kit.ball import Norm, project, steepest

Classifier = Callable[[Tensor, torch.Generator | None], Tensor]  # images (n, C, H, W), generator -> logits (n, K)
Loss = Callable[[Tensor, Tensor], Tensor]  # logits (n, K), labels (n,) -> (n,), to be maximised
Look = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]  # images, which ones of all -> margin (n,), gradient of a loss
Objective = Callable[[Tensor], tuple[Tensor, Tensor]]  # images -> loss (n,), gradient like the images

TOGETHER = 64  # images whose activations a cache holds
SHORTER, SHORTEST = 0.9, 0.01  # from step to step, and a share of eps: steps begin at eps
PATIENCE, RISE = 10, 0.02  # steps without a margin larger by this share of it


def cross_entropy(logits: Tensor, y: Tensor) -> Tensor:
    return functional.cross_entropy(logits, y, reduction="none")


def margin(logits: Tensor, y: Tensor) -> Tensor:
    """max_{j != y} z_j - z_y, positive where the image is misclassified. Source: Carlini and Wagner (2017)."""
    true = logits.gather(1, y[:, None])[:, 0]
    return logits.scatter(1, y[:, None], -torch.inf).amax(1) - true


def margin_to(target: Tensor) -> Loss:
    """z_t - z_y for one other class a image; target (n,)."""

    def loss(logits: Tensor, y: Tensor) -> Tensor:
        return (logits.gather(1, target[:, None]) - logits.gather(1, y[:, None]))[:, 0]

    return loss


class _StraightThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, exact: Tensor, smooth: Tensor) -> Tensor:
        return exact.clone()

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[None, Tensor]:
        return None, grads[0]


def straight_through(exact: Tensor, smooth: Tensor) -> Tensor:
    """`exact`, bit for bit, with the gradient of `smooth`: two tensors of the same shape.

    Source: Athalye, Carlini and Wagner (2018), section 4.1 (BPDA).
    """
    if exact.shape != smooth.shape:
        raise ValueError(f"exact has shape {tuple(exact.shape)}, smooth {tuple(smooth.shape)}")
    result: Tensor = _StraightThrough.apply(exact.detach(), smooth)  # type: ignore[no-untyped-call]
    return result


def objective(
    classify: Classifier, y: Tensor, *, loss: Loss, draws: int = 1, generator: torch.Generator | None = None
) -> Objective:
    """Loss and gradient of a classifier at given images, the mean over `draws` fresh draws of its randomness.

    Source: the same, section 4.2 (EOT) for draws > 1: (1/k) sum_k grad L(f(t_k(x)), y).
    """

    def at(x: Tensor) -> tuple[Tensor, Tensor]:
        x = x.detach().requires_grad_(True)
        value = loss(classify(x.repeat(draws, 1, 1, 1), generator), y.repeat(draws))
        (gradient,) = torch.autograd.grad(value.sum() / draws, x)
        return value.detach().view(draws, -1).mean(0), gradient

    return at


def ascend(
    objective: Objective,
    x: Tensor,
    *,
    norm: Norm,
    eps: float,
    steps: int,
    step: float | None = None,
    start: Tensor | None = None,
    keep: str = "best",
) -> Tensor:
    """Projected steepest ascent of each image's loss within its ball; returns images like x.

    `step` is 2.5 eps / steps unless given, `keep` the iterate that is returned: the "best" by its loss, or the "last",
    which is the better choice where the loss is noisy.
    Source: Madry et al. (2018), section 2.1.
    """
    step = 2.5 * eps / steps if step is None else step
    at = x if start is None else start
    best, highest = at, torch.full((len(x),), -torch.inf, device=x.device)
    for _ in range(steps):
        loss, gradient = objective(at)
        best, highest = better(best, highest, at, loss)
        at = project(at + step * steepest(gradient.nan_to_num(0, 0, 0), norm), x, norm=norm, eps=eps)
    if keep == "last":
        return at.detach()
    return better(best, highest, at, objective(at)[0])[0].detach()


def better(best: Tensor, highest: Tensor, x: Tensor, loss: Tensor) -> tuple[Tensor, Tensor]:
    """For each image the one with the higher loss, and that loss."""
    gains = loss > highest
    return torch.where(gains.view(-1, *[1] * (x.dim() - 1)), x, best), torch.where(gains, loss, highest)


def sight(classify: Classifier, y: Tensor, *, loss: Loss) -> Look:
    """The margin of a classifier that isn't random, and the gradient of a loss, by one pass forth and back: for `fool`."""

    def look(x: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
        x = x.detach().requires_grad_(True)
        logits = classify(x, None)
        (gradient,) = torch.autograd.grad(loss(logits, y[rows]).sum(), x)
        return margin(logits.detach(), y[rows]), gradient

    return look


def fool(look: Look, x: Tensor, *, norm: Norm, eps: float, steps: int, start: Tensor | None = None) -> Tensor:
    """Projected steepest ascent that each image leaves once it is misclassified; returns images like x, each its best.

    For classifiers that aren't random, where all that counts is whether an image is fooled. Steps shrink from eps on; an
    image whose margin no longer rises leaves too.
    Source: Madry et al. (2018), section 2.1; departs from it: shrinking steps, early leaving.
    """
    at = x if start is None else start
    found = at.clone()
    for rows in torch.split(torch.arange(len(x), device=x.device), TOGETHER):
        _fool_some(look, found, rows, at[rows], x[rows], norm=norm, eps=eps, steps=steps)
    return found


def _fool_some(
    look: Look, found: Tensor, rows: Tensor, at: Tensor, x: Tensor, *, norm: Norm, eps: float, steps: int
) -> None:
    """Put the best points of some rows into `found`."""
    highest = torch.full((len(rows),), -torch.inf, device=x.device)
    since = torch.zeros(len(rows), device=x.device)
    for step in range(steps):
        margins, gradient = look(at, rows)
        rises = margins > highest
        found[rows[rises]] = at[rises]
        counts = margins > highest + RISE * highest.abs()
        highest, since = torch.where(rises, margins, highest), torch.where(counts, 0, since + 1)
        stays = (margins <= 0) & (since < PATIENCE)
        if not stays.all():
            at, x, gradient, rows, highest, since = (one[stays] for one in (at, x, gradient, rows, highest, since))
        if len(rows) == 0:
            return
        length = eps * (SHORTER**step + SHORTEST)
        at = project(at + length * steepest(gradient.nan_to_num(0, 0, 0), norm), x, norm=norm, eps=eps)
