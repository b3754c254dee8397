"""The suite's strongest attacks alone, the cheapest first, each on the images that the earlier ones left."""

from collections.abc import Callable

import torch
from torch import Tensor

from papers.obfuscated_gradients import kit
from papers.obfuscated_gradients.defence.respondent import loss_and_slope
from papers.obfuscated_gradients.defence.suite import TARGETS, Suite
from papers.obfuscated_gradients.kit.gradients import Loss


def verdicts(suite: Suite) -> Tensor:
    """Which images of a defence that isn't random stay right: (n,) bool. The score without the symptoms."""
    right, best = torch.ones(len(suite.x), dtype=torch.bool), suite.x.clone()
    next_classes = torch.zeros(len(right), TARGETS, dtype=torch.int64)
    for part in left(right):
        right[part] = suite.still_right(suite.x[part], part)
    for part in left(right):
        best[part], right[part] = fool(suite, part, lambda _: kit.margin)
    for part in left(right):
        next_classes[part] = suite.next_classes(best[part], suite.y[part])
    for rank in range(TARGETS):
        for part in left(right):
            _, right[part] = fool(suite, part, margins_to(next_classes[:, rank]))
    for part in left(right):
        found = suite.square(suite.x[part], suite.y[part], queries=suite.effort.patient_queries, start=best[part])
        right[part] = suite.still_right(found, part)
    return right


def fool(suite: Suite, rows: Tensor, loss: Callable[[Tensor], Loss]) -> tuple[Tensor, Tensor]:
    """PGD on some images, which each leaves once it is misclassified: its best point, and whether it stayed right.

    loss: that of the images with these numbers.
    """
    x, right = suite.x[rows], torch.ones(len(rows), dtype=torch.bool)

    def look(at: Tensor, some: Tensor) -> tuple[Tensor, Tensor]:
        y, draw = suite.y[rows[some]], next(suite.seeds)
        z = suite.defence.logits(at, draw)
        margins = kit.margin(z, y)
        right[some] &= margins <= 0
        return margins, suite.defence.gradient(at, loss_and_slope(loss(rows[some]), z, y)[1], draw)

    steps, start = suite.effort.steps, suite.start(x)
    return kit.fool(look, x, norm=suite.norm, eps=suite.eps, steps=steps, start=start), right


def margins_to(targets: Tensor) -> Callable[[Tensor], Loss]:
    """For images by their numbers the margin to one class each: targets (n,)."""
    return lambda some: kit.margin_to(targets[some])


def left(right: Tensor) -> list[Tensor]:
    """Numbers of the images that are right, in parts whose activations a cache holds."""
    return [part for part in torch.split(right.nonzero()[:, 0], kit.TOGETHER) if len(part)]
