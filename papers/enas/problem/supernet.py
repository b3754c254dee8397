"""Weights that all children share, hosted and charged by the evaluator: no image ever reaches a method."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from papers.enas.problem import digits, race
from papers.enas.problem.network import Network, every_choice

RATE, MOMENTUM, DECAY, CLIP = 0.1, 0.9, 5e-4, 5.0
PROBE = 64  # digits
Images = tuple[Tensor, Tensor]  # (n, colours, h, w) in [0, 1] or standardised, and labels (n,)


@dataclass(frozen=True)
class Recipe:
    """What is trained, on what, and what it costs: prices are in passes, of which a full training takes `passes`."""

    train: Images
    validate: Images
    channels: int
    batch: int  # of a shared step
    probe: int  # images of a probe
    passes: float  # one image forward is 1, forward and backward 3
    stages: int = 2
    stride: int = 1  # of the stem

    @property
    def prices(self) -> dict[str, float]:
        """Passes for one child of one question."""
        return {"share": 3.0 * self.batch, "probe": self.probe, "score": len(self.validate[1])}


def of_digits(world: digits.World) -> Recipe:
    return Recipe(world.train, world.validate, digits.CHANNELS, digits.BATCH, PROBE, digits.PASSES)


def of_race(world: digits.World) -> Recipe:
    channels, shape = race.CHANNELS, {"stages": race.STAGES, "stride": race.STRIDE}
    return Recipe(world.train, world.validate, channels, digits.BATCH, PROBE, digits.PASSES, **shape)


class Supernet:
    """One set of weights for every child of a space, trained a minibatch at a time."""

    def __init__(self, recipe: Recipe, *, nodes: int, rng: np.random.Generator, device: str = "cpu") -> None:
        self.recipe, self.device = recipe, device
        self._random = torch.Generator().manual_seed(int(rng.integers(2**31)))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(rng.integers(2**31)))
            colours = recipe.train[0].shape[1]
            shape = {"channels": recipe.channels, "stages": recipe.stages, "stride": recipe.stride, "colours": colours}
            network = Network(nodes, choices=every_choice(nodes), **shape)
        self.network = network.to(device)
        self._optimiser = torch.optim.SGD(
            self.network.parameters(), lr=RATE, momentum=MOMENTUM, nesterov=True, weight_decay=DECAY
        )
        self._train = self._batches(recipe.train, recipe.batch)
        self._validate = self._batches(recipe.validate, recipe.probe)

    def share(self, archs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """One training step for each child, one after the other: losses and training accuracies before it, (n,) each."""
        told = [self._step(arch, *next(self._train)) for arch in archs]
        losses, accuracies = zip(*told, strict=True)
        return np.array(losses), np.array(accuracies)

    def probe(self, archs: np.ndarray) -> np.ndarray:
        """Accuracy of each child on the next validation minibatch: (n,)."""
        return np.array([self._accuracy(arch, next(self._validate)) for arch in archs])

    def score(self, archs: np.ndarray) -> np.ndarray:
        """Accuracy of each child on all validation images: (n,)."""
        return np.array([self._accuracy(arch, self.recipe.validate) for arch in archs])

    def _step(self, arch: np.ndarray, x: Tensor, y: Tensor) -> tuple[float, float]:
        logits = self.network(x.to(self.device), arch)[:, 0]
        loss = functional.cross_entropy(logits, y.to(self.device))
        self._optimiser.zero_grad()  # weights that this child lacks have no gradient, and stay as they are
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), CLIP)
        self._optimiser.step()
        return float(loss.detach()), _share_right(logits, y)

    @torch.no_grad()
    def _accuracy(self, arch: np.ndarray, images: Images) -> float:
        x, y = images
        return _share_right(self.network(x.to(self.device), arch)[:, 0], y)

    def _batches(self, images: Images, size: int) -> Iterator[Images]:
        """Minibatches without end, every image once in a round; the rest of a round is left out."""
        while True:
            for chosen in torch.randperm(len(images[1]), generator=self._random).split(size):  # type: ignore[no-untyped-call]
                if len(chosen) == size:
                    yield images[0][chosen], images[1][chosen]


def _share_right(logits: Tensor, y: Tensor) -> float:
    return float((logits.argmax(dim=1).cpu() == y).double().mean())
