"""Training in torch: a stem, the deep block as it was started, a linear head. Float32."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, Self

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from papers.dynamical_isometry.problem.images import Images
from papers.dynamical_isometry.problem.layers import UNITS, Body, apply_layers
from papers.dynamical_isometry.problem.start import Start
from papers.dynamical_isometry.problem.theory import Activation

Optimiser = Literal["adam", "sgd"]

CLASSES, CHANCE = 10, 0.1
CLIP = 1.0  # of the gradient's norm
MOMENTUM = 0.9
LAST = 10  # steps whose mean loss chooses the learning rate
KEPT = 256 << 20  # bytes of activations; beyond it they are computed again on the way back
AT_ONCE = 250  # images that are tested at a time


@dataclass(frozen=True)
class Recipe:
    """batches: (steps, batch) rows of the training images. body: what stands around a layer; only "vanilla" is a method's."""

    rate: float
    batches: np.ndarray
    optimiser: Optimiser = "adam"
    body: Body = "vanilla"


class Trained:
    """A network's parameters, and what it makes of images."""

    def __init__(self, parameters: dict[str, Tensor], activation: Activation, body: Body) -> None:
        self.parameters, self.activation, self.body = parameters, activation, body

    @classmethod
    def start(
        cls, start: Start, spec: dict[str, Any], *, colours: int, rng: np.random.Generator, body: Body, device: str
    ) -> Self:
        """The deep block as it was started; stem and head from rng, with the critical variances."""
        channels, pixels, pair = spec["channels"], spec["height"] * spec["width"], spec["critical"]
        stem = rng.normal(0, np.sqrt(pair["sigma_w2"] / (9 * colours)), (channels, colours, 3, 3))
        head = rng.normal(0, 1 / np.sqrt(channels * pixels), (CLASSES, channels * pixels))
        arrays = {
            "stem": stem,
            "stem bias": rng.normal(0, np.sqrt(pair["sigma_b2"]), channels),
            "weight": start.weight,
            "bias": start.bias,
            "head": head,
            "head bias": np.zeros(CLASSES),
        }
        parameters = {
            name: torch.tensor(array, dtype=torch.float32, device=device).requires_grad_(True)
            for name, array in arrays.items()
        }
        return cls(parameters, spec["activation"], body)

    def __call__(self, x: Tensor) -> Tensor:
        """Logits of images (n, colours, H, W): (n, CLASSES)."""
        p = self.parameters
        h = UNITS[self.activation](functional.conv2d(x, p["stem"], p["stem bias"], stride=2, padding=1))
        return functional.linear(self.deep(h).flatten(1), p["head"], p["head bias"])

    def deep(self, h: Tensor) -> Tensor:
        """The hidden layers: (n, C, H, W) -> (n, C, H, W). What would keep too much is gone through in parts."""
        weight, bias = self.parameters["weight"], self.parameters["bias"]
        apply = partial(apply_layers, activation=self.activation, body=self.body, scale=len(weight) ** -0.5)
        if len(weight) * h.nbytes <= KEPT or not torch.is_grad_enabled():
            return apply(h, weight, bias)
        length = int(np.sqrt(len(weight)))
        for kernels, offsets in zip(torch.split(weight, length), torch.split(bias, length), strict=True):
            h = checkpoint(apply, h, kernels, offsets, use_reentrant=False)
        return h

    def accuracy(self, x: Tensor, y: Tensor) -> float:
        """The share of right answers; chance where the network gives none."""
        with torch.no_grad():
            logits = torch.cat([self(part) for part in x.split(AT_ONCE)])  # type: ignore[no-untyped-call]
        if not torch.isfinite(logits).all():
            return CHANCE
        return float((logits.argmax(dim=1) == y).double().mean())


@dataclass(frozen=True)
class Outcome:
    """losses: (steps,), those after a loss that was not finite are chance; steps: how many were taken."""

    net: Trained
    losses: np.ndarray
    steps: int

    @property
    def last_loss(self) -> float:
        return float(self.losses[-LAST:].mean())

    def accuracy(self, x: np.ndarray, y: np.ndarray) -> float:
        """The share of right answers; chance where the training was ended."""
        if self.steps < len(self.losses):
            return CHANCE
        device = self.net.parameters["head"].device
        return self.net.accuracy(torch.from_numpy(x).to(device), torch.from_numpy(y).to(device))


def train(
    start: Start,
    spec: dict[str, Any],
    images: Images,
    recipe: Recipe,
    *,
    rng: np.random.Generator,
    device: str,
    progress: Callable[[int], None],
) -> Outcome:
    """Train for the recipe's steps; a loss that is not finite ends it, and counts as chance.

    progress: told the number of each step.
    """
    x, y = (torch.from_numpy(part).to(device) for part in (images.x_train, images.y_train))
    net = Trained.start(start, spec, colours=x.shape[1], rng=rng, body=recipe.body, device=device)
    parameters = list(net.parameters.values())
    optimiser = optimiser_of(recipe, parameters, recipe.rate * start.lr_scale)
    losses = np.full(len(recipe.batches), np.log(CLASSES))
    for step, rows in enumerate(torch.from_numpy(recipe.batches).to(device)):
        loss = functional.cross_entropy(net(x[rows]), y[rows])
        if not torch.isfinite(loss):
            return Outcome(net, losses, step)
        losses[step] = loss.item()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(parameters, CLIP)
        optimiser.step()
        progress(step)
    return Outcome(net, losses, len(losses))


def optimiser_of(recipe: Recipe, parameters: list[Tensor], rate: float) -> torch.optim.Optimizer:
    if recipe.optimiser == "sgd":
        return torch.optim.SGD(parameters, lr=rate, momentum=MOMENTUM, fused=True)
    return torch.optim.Adam(parameters, lr=rate, fused=True)
