"""A world: one split of the 8x8 digits, and the training of a cell in it from scratch.

1,797 images: 300 train, 700 validate, 797 test. Small on purpose: with 900 training images all cells are as good.
"""

import time
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from papers.data import dataset
from papers.enas.problem.network import Network, choices_of

TRAIN, VALIDATE = 300, 700
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
    def draw(cls, rng: np.random.Generator) -> Self:
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
    optimiser = torch.optim.SGD(network.parameters(), lr=PEAK, momentum=MOMENTUM, nesterov=True, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, PEAK, total_steps=STEPS + 1, cycle_momentum=False)
    x, y = world.train
    validated = []
    for epoch in range(1, EPOCHS + 1):
        order = torch.rand(copies, TRAIN).argsort(dim=1)
        for chosen in order[:, : TRAIN // BATCH * BATCH].split(BATCH, dim=1):  # type: ignore[no-untyped-call]  # (copies, BATCH)
            logits = network(x[chosen, 0].transpose(0, 1), arch)  # (BATCH, copies, 10)
            optimiser.zero_grad()
            # The sum over copies of each one's mean: copies share no weight, so none feels the others.
            functional.cross_entropy(logits.flatten(0, 1), y[chosen.T].flatten(), reduction="sum").div(BATCH).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
        if epoch in LOOKS:
            validated.append(accuracy(network, arch, *world.validate))
    seconds = (time.process_time() - start) / copies
    return Trained(np.stack(validated), accuracy(network, arch, *world.test), seconds)


@torch.no_grad()
def accuracy(network: Network, arch: np.ndarray, x: Tensor, y: Tensor) -> np.ndarray:
    """Share of right answers of each copy: (copies,)."""
    logits = network(x.expand(-1, network.copies, -1, -1), arch)
    return np.asarray((logits.argmax(dim=-1) == y[:, None]).double().mean(dim=0))
