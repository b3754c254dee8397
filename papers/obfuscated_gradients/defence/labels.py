"""Search by labels alone: it believes neither the logits nor their slope, and looks beyond the ball as well."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from papers.obfuscated_gradients.kit.ball import Norm, norms

Wrong = Callable[[Tensor, Tensor], Tensor]  # images (m, C, H, W) and their numbers (m,) -> (m,) bool
HALVINGS = 4  # of a radius
MIXED_EVERY = 8  # turns: then two of the starts are mixed
MIXED_AT = (0.85, 1.5)  # radii in eps at which mixtures are asked


@dataclass(kw_only=True)
class Asked:
    """One question of the search for each image: where, whether within the ball, and whether the answer was right."""

    at: Tensor  # (n, C, H, W)
    within: Tensor  # (n,) bool
    right: Tensor  # (n,) bool

    def put(self, rows: Tensor, at: Tensor, within: Tensor, right: Tensor) -> None:
        self.at[rows], self.within[rows], self.right[rows] = at, within, right


@dataclass(kw_only=True)
class Rays:
    """From each image one direction of signs, and the least radius known at which it leads to another label."""

    wrong: Wrong
    x: Tensor
    norm: Norm
    signs: Tensor = field(init=False)  # (n, C, H, W)
    radius: Tensor = field(init=False)  # (n,); as far as [0, 1] goes while no other label is known

    def __post_init__(self) -> None:
        self.signs = torch.ones_like(self.x)
        self.radius = torch.full((len(self.x),), 1.0 if self.norm == "linf" else float(self.x[0].numel() ** 0.5))

    def at(self, rows: Tensor, signs: Tensor, radius: Tensor) -> Tensor:
        size = radius / norms(signs, self.norm)
        return (self.x[rows] + size.view(-1, 1, 1, 1) * signs).clamp(0, 1)

    def offer(self, rows: Tensor, signs: Tensor, radius: Tensor) -> Tensor:
        """Keep a direction that errs at a radius not above the one known, and shorten that by halving. Where it errs."""
        errs = self.wrong(self.at(rows, signs, radius), rows)
        better = errs & (radius <= self.radius[rows])
        rows, signs, high = rows[better], signs[better], radius[better]
        self.signs[rows], low = signs, torch.zeros(len(rows))
        for _ in range(HALVINGS if len(rows) else 0):
            middle = (low + high) / 2
            at_middle = self.wrong(self.at(rows, signs, middle), rows)
            low, high = torch.where(at_middle, low, middle), torch.where(at_middle, middle, high)
        self.radius[rows] = high
        return errs


def search(
    wrong: Wrong, x: Tensor, *, norm: Norm, eps: float, starts: list[Tensor], turns: int, rng: np.random.Generator
) -> tuple[Tensor, Asked]:
    """Points of the ball towards the nearest other label that was found, and one of the questions for each image.

    Directions are two starts, mixtures of them, and the best one with a block of signs turned: halves, quarters, and so
    on to single pixels. An image is left once another label is known within its ball. What is kept are questions about
    mixtures, each alike: whoever answers the search falsely can't tell by which he will be measured.
    Source: Chen and Gu (2020), RaySearch; departs from it: starts, mixtures, and blocks in a random order of pixels.
    """
    rays, everyone = Rays(wrong=wrong, x=x, norm=norm), torch.arange(len(x))
    first, second = (torch.where(start >= x, 1.0, -1.0) for start in starts)
    for signs in (first, second):
        rays.offer(everyone, signs, rays.radius)
    none = torch.zeros(len(x), dtype=torch.bool)
    asked = Asked(at=x.clone(), within=none.clone(), right=none.clone())
    rows = everyone
    for turn, block in enumerate(blocks(x[0].numel(), turns, rng)):
        mask = block.view(x[0].shape)
        if turn % MIXED_EVERY == 0:
            mixed = torch.where(mask, first[rows], second[rows])
            radius = torch.from_numpy(eps * rng.uniform(*MIXED_AT, len(rows))).float()
            errs = rays.offer(rows, mixed, radius)
            kept = torch.from_numpy(rng.random(len(rows)) < MIXED_EVERY / (turn + MIXED_EVERY))
            asked.put(rows[kept], rays.at(rows, mixed, radius)[kept], (radius <= eps)[kept], ~errs[kept])
        else:
            rays.offer(rows, torch.where(mask, -rays.signs[rows], rays.signs[rows]), rays.radius[rows])
        rows = (rays.radius > eps).nonzero()[:, 0]
        if len(rows) == 0:
            break
    return rays.at(everyone, rays.signs, rays.radius.clamp_max(eps)), asked


def blocks(pixels: int, count: int, rng: np.random.Generator) -> list[Tensor]:
    """Masks of pixels (pixels,): one cut in two, in four, ... to single pixels, and again; `count` in all."""
    masks: list[Tensor] = []
    parts = 2
    while len(masks) < count:
        shuffled = torch.from_numpy(rng.permutation(pixels))
        masks += [torch.zeros(pixels, dtype=torch.bool).index_fill(0, part, True) for part in shuffled.chunk(parts)]
        parts = 2 if parts >= pixels else 2 * parts
    return masks[:count]
