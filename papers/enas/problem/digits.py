"""A world: 8x8 digits in three parts, and the training of a cell in it from scratch.

1,797 images: 300 train, 700 validate, 797 test. Small on purpose: with 900 training images all cells are as good.
"""

import time
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from papers import digits
from papers.data import dataset
from papers.enas.problem.network import Network, choices_of

TRAIN, VALIDATE, TEST, CLASSES = 300, 700, 797, 10
CHANNELS, BATCH, EPOCHS, PEAK, DECAY, MOMENTUM = 4, 32, 10, 0.3, 5e-4, 0.9
LOOKS = (2, 5, EPOCHS)  # epochs after which a training is validated: its learning curve
STEPS = EPOCHS * (TRAIN // BATCH)
PASSES = 3 * BATCH * STEPS  # of one training: forward and backward count for 3


@dataclass(frozen=True)
class World:
    """Images (n, 1, 8, 8) float32 and labels (n,) int64 of the three parts."""

    train: tuple[Tensor, Tensor]
    validate: tuple[Tensor, Tensor]
    test: tuple[Tensor, Tensor]

    @classmethod
    def unseen(cls, rng: np.random.Generator) -> Self:
        """Digits that nobody has."""
        x, y = digits.draw(rng, TRAIN + VALIDATE + TEST)
        images, labels = torch.from_numpy((x - x.mean()) / x.std())[:, None], torch.from_numpy(y)
        parts = np.split(np.arange(len(x)), [TRAIN, TRAIN + VALIDATE])
        return cls(*((images[part], labels[part]) for part in map(torch.from_numpy, parts)))

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        """A split of scikit-learn's digits."""
        arrays = dataset("digits")
        x, y = arrays["x"], arrays["label"]
        images = torch.tensor((x / 16 - 0.305) / 0.376, dtype=torch.float32).view(-1, 1, 8, 8)
        labels = torch.tensor(y, dtype=torch.int64)
        parts = np.split(rng.permutation(len(x)), [TRAIN, TRAIN + VALIDATE])
        return cls(*((images[part], labels[part]) for part in map(torch.from_numpy, parts)))


@dataclass(frozen=True)
class Trained:
    """What one function's trainings gave. validated: (LOOKS, copies), tested: (copies,), in [0, 1]; CPU seconds of one."""

    validated: np.ndarray
    tested: np.ndarray
    seconds: float


def train(world: World, arch: np.ndarray, *, nodes: int, copies: int, seed: int) -> Trained:
    """Train so many networks with this cell side by side, each with its own weights and order of images."""
    start = time.process_time()
    torch.manual_seed(seed)
    network = Network(nodes, choices=choices_of(arch, nodes), channels=CHANNELS, copies=copies)
    validated, tested = fit(network, arch, world)
    seconds = (time.process_time() - start) / copies
    return Trained(accuracy(validated, VALIDATE), accuracy(tested, TEST), seconds)


def fit(network: Network, arch: np.ndarray, world: World) -> tuple[np.ndarray, np.ndarray]:
    """Train all copies of a network; the caller has seeded torch.

    Returns right answers of each class: validation after each of LOOKS (LOOKS, copies, CLASSES), and test (copies, CLASSES).
    """
    optimiser = torch.optim.SGD(network.parameters(), lr=PEAK, momentum=MOMENTUM, nesterov=True, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, PEAK, total_steps=STEPS + 1, cycle_momentum=False)
    x, y = world.train
    validated = []
    for epoch in range(1, EPOCHS + 1):
        order = torch.rand(network.copies, TRAIN).argsort(dim=1)
        for chosen in order[:, : TRAIN // BATCH * BATCH].split(BATCH, dim=1):  # type: ignore[no-untyped-call]  # (copies, BATCH)
            logits = network(x[chosen, 0].transpose(0, 1), arch)  # (BATCH, copies, CLASSES)
            optimiser.zero_grad()
            # The sum over copies of each one's mean: copies share no weight, so none feels the others.
            functional.cross_entropy(logits.flatten(0, 1), y[chosen.T].flatten(), reduction="sum").div(BATCH).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
        if epoch in LOOKS:
            validated.append(right(network, arch, *world.validate))
    return np.stack(validated), right(network, arch, *world.test)


@torch.no_grad()
def right(network: Network, arch: np.ndarray, x: Tensor, y: Tensor) -> np.ndarray:
    """How many images of each class every copy gets right: (copies, CLASSES) uint8."""
    hits = network(x.expand(-1, network.copies, -1, -1), arch).argmax(dim=-1) == y[:, None]  # (images, copies)
    return np.asarray((hits.T.double() @ functional.one_hot(y, CLASSES).double()).to(torch.uint8))


def accuracy(right: np.ndarray, images: int) -> np.ndarray:
    """(..., CLASSES) right answers of so many images -> (...) in [0, 1]."""
    return np.asarray(right.sum(axis=-1) / images)
