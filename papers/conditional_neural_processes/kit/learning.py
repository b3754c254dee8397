"""What networks are trained with: batches of functions, Adam, and a loop that keeps to its budget."""

import time
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import torch
from torch import nn

from papers.conditional_neural_processes.kit import draw

BATCH = 16
TARGETS = 50
SHARING = 4  # curves of a batch that have their inputs in common, which saves factorisations
CLIP = 5.0  # norm of a gradient
WARM = 50  # steps in which the rate rises
SHARE = 0.95  # of the budget that is used


class Adam:
    """Adam (Kingma and Ba 2015) with clipped gradients; importing torch.optim's alone costs a CPU-second."""

    def __init__(self, parameters: Any) -> None:
        self.parameters = list(parameters)
        self.first, self.second = ([torch.zeros_like(p) for p in self.parameters] for _ in range(2))
        self.steps = 0

    @torch.no_grad()
    def step(self, rate: float) -> None:
        kept = [index for index, p in enumerate(self.parameters) if p.grad is not None]
        parameters, first, second = ([group[i] for i in kept] for group in (self.parameters, self.first, self.second))
        gradients: Any = [p.grad for p in parameters]
        norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
        torch._foreach_mul_(gradients, float(min(1.0, CLIP / (float(norm) + 1e-6))))
        self.steps += 1
        torch._foreach_lerp_(first, gradients, 0.1)
        torch._foreach_mul_(second, 0.999)
        torch._foreach_addcmul_(second, gradients, gradients, 0.001)
        scale: Any = torch._foreach_sqrt(torch._foreach_div(second, 1 - 0.999**self.steps))
        torch._foreach_add_(scale, 1e-8)
        torch._foreach_addcdiv_(parameters, first, scale, -rate / (1 - 0.9**self.steps))
        for p in parameters:
            p.grad = None


class Batches:
    """Functions to learn from, of the family that a task names.

    sizes: the fewest and the most points of a context; is_level: each size is drawn as often, else each size of logarithm.
    """

    def __init__(
        self, task: Any, rng: np.random.Generator, device: str, sizes: tuple[int, int], is_level: bool
    ) -> None:
        self.family, self.rng, self.device = task["family"], rng, device
        self.sizes, self.is_level = sizes, is_level
        self.images = torch.as_tensor(task["images"])
        if len(self.images):
            h, w = self.images.shape[1:3]
            rows, columns = torch.meshgrid((torch.arange(h) + 0.5) / h, (torch.arange(w) + 0.5) / w, indexing="ij")
            self.places = torch.stack([rows.ravel(), columns.ravel()], dim=1)
            self.flat = self.images.reshape(len(self.images), -1, 1)

    def draw(self) -> tuple[torch.Tensor, torch.Tensor, int]:
        """x (BATCH, p, x_dim), y (BATCH, p, 1), and n: the first n points are the context."""
        low, high = self.sizes
        n = int(self.rng.integers(low, high + 1)) if self.is_level else self.by_logarithm(low, high)
        if len(self.images):
            return *self.of_images(n), n
        x, y = draw(self.family, self.rng, BATCH, n + TARGETS, sharing=SHARING)
        return torch.as_tensor(x, device=self.device), torch.as_tensor(y, device=self.device), n

    def by_logarithm(self, low: int, high: int) -> int:
        return round(float(np.exp(self.rng.uniform(np.log(low), np.log(high)))))

    def of_images(self, n: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Half of the contexts are at random places, half the first rows."""
        pixels = self.flat.shape[1]
        order = torch.as_tensor(self.rng.permutation(pixels))
        if self.rng.random() < 0.5:
            order = torch.cat([torch.arange(n), n + torch.as_tensor(self.rng.permutation(pixels - n))])
        order = order[: n + TARGETS]
        y = self.flat[torch.as_tensor(self.rng.integers(len(self.flat), size=BATCH))][:, order]
        return self.places[order].expand(BATCH, -1, -1).to(self.device), y.to(self.device)


class Source(Protocol):
    """What batches come from."""

    device: str

    def draw(self) -> tuple[Any, ...]: ...


class Learner(Protocol):
    """A network that is trained by its own loss."""

    def loss(self, *batch: Any) -> torch.Tensor:
        """Of a batch that a source drew: a number."""

    def parameters(self) -> Any: ...


def train(network: Learner, batches: Source, *, rate: float, budget_s: float) -> int:
    """Train for a budget of CPU-seconds (on a GPU: seconds), the rate falling as half a cosine; returns the steps."""
    clock = time.process_time if batches.device == "cpu" else time.monotonic
    adam, started = Adam(network.parameters()), clock()
    while (share := (clock() - started) / (SHARE * budget_s)) < 1:
        network.loss(*batches.draw()).backward()  # type: ignore[no-untyped-call]
        adam.step(rate * min(1.0, (adam.steps + 1) / WARM) * (1 + np.cos(np.pi * share)) / 2)
    return adam.steps


def negative_log_likelihood(y: torch.Tensor, mean: torch.Tensor, deviation: torch.Tensor) -> torch.Tensor:
    """Of normal laws, without its constant, the mean over all targets."""
    return (0.5 * ((y - mean) / deviation) ** 2 + deviation.log()).mean()


def mlp(inputs: int, width: int, outputs: int, depth: int) -> nn.Sequential:
    """So many linear layers with ReLU in between."""
    sizes = [inputs] + [width] * (depth - 1) + [outputs]
    layers = [layer for a, b in pairwise(sizes) for layer in (nn.Linear(a, b), nn.ReLU())]
    return nn.Sequential(*layers[:-1])


class Waves(nn.Module):
    """Inputs between `low` and `high` as numbers between -1 and 1, and their sines and cosines.

    The longest wave is twice as long as the inputs' span, the shortest `count` times shorter.
    """

    def __init__(self, x_dim: int, count: int, *, is_image: bool) -> None:
        super().__init__()
        self.low, self.high = (0.0, 1.0) if is_image else (-2.0, 2.0)
        self.count, self.size = count, 2 * count * x_dim

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """x (B, p, x_dim) -> the scaled inputs, and their waves (B, p, size)."""
        u = 2 * (x - self.low) / (self.high - self.low) - 1
        turns = torch.pi / 2 * torch.arange(1, self.count + 1, device=x.device)
        angles = (u[..., None] * turns).flatten(-2)
        return u, torch.cat([angles.sin(), angles.cos()], dim=-1)
