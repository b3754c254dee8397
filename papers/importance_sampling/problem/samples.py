"""The samples of a run: images and labels as given, and which labels are right."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from papers import digits
from papers.data import dataset
from papers.importance_sampling.problem.setting import Corruption, Setting, Source

CLASSES = 10
DRAWN = (1000, 300, 2000)  # digits that nobody has: to train on, held out, to test
FILES: dict[Source, str] = {
    "mnist": "mnist",
    "fashion": "fashion-mnist-part",
    "cifar-jpeg": "cifar10-jpeg",
    "usps": "usps",
}
HELD_OUT = 10  # of a data set's training images, one in so many
CIFAR_SHARE = 5  # of CIFAR's images, one in so many: what a core trains on in minutes
RARE = 0.1  # share that imbalance leaves of each of the upper classes
COPIES, NOTHING = 4, 0.1  # how often duplicates repeat a sample; images of nothing, as a share of the set

Rng = np.random.Generator


@dataclass(frozen=True)
class Samples:
    """x: (n, channels, h, w) float32, standardised. y: (n,) int64, as given. is_right: (n,) bool, known to nobody else."""

    x: Tensor
    y: Tensor
    is_right: np.ndarray

    def __len__(self) -> int:
        return len(self.is_right)

    def rows(self, chosen: np.ndarray) -> "Samples":
        index = torch.from_numpy(chosen)
        return Samples(self.x[index], self.y[index], self.is_right[chosen])

    def to(self, device: str) -> "Samples":
        return Samples(self.x.to(device), self.y.to(device), self.is_right)


@dataclass(frozen=True)
class Sets:
    """What is trained on, what an auxiliary model may learn from (spoilt in the same way), and what is tested on: clean."""

    train: Samples
    holdout: Samples
    test: Samples


def load(setting: Setting, rng: Rng) -> Sets:
    """Draw the sets of a case. Raises DataError."""
    (x, y), (test_x, test_y) = images(setting.source, rng)
    middle, spread = x.mean(), x.std()
    order = rng.permutation(len(y))
    held = DRAWN[1] if setting.source == "digits" else len(y) // HELD_OUT
    train, holdout = (
        standardised(*spoilt(x[rows], y[rows], setting.corruption, setting.noise, rng), middle, spread)
        for rows in (order[held:], order[:held])
    )
    return Sets(train, holdout, standardised(test_x, test_y, np.ones(len(test_y), bool), middle, spread))


def images(source: Source, rng: Rng) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Images and labels to train on and hold out, then those to test: (n, h, w) or (n, h, w, 3), any scale; (n,) int64."""
    if source == "digits":
        x, y = digits.draw(rng, sum(DRAWN))
        return (x[: -DRAWN[2]], y[: -DRAWN[2]]), (x[-DRAWN[2] :], y[-DRAWN[2] :])
    arrays = dataset(FILES[source])
    if source == "usps":
        test, learnt = np.split(rng.permutation(len(arrays["y"])), [len(arrays["y"]) // 5])
        return numbers(arrays["x"][learnt], arrays["y"][learnt]), numbers(arrays["x"][test], arrays["y"][test])
    every = CIFAR_SHARE if source == "cifar-jpeg" else 1
    return (
        numbers(arrays["x_train"][::every], arrays["y_train"][::every]),
        numbers(arrays["x_test"][::every], arrays["y_test"][::every]),
    )


def numbers(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return x.astype(np.float32), y.astype(np.int64)


def standardised(x: np.ndarray, y: np.ndarray, is_right: np.ndarray, middle: float, spread: float) -> Samples:
    pixels = ((x - middle) / spread).astype(np.float32)
    channels = pixels[:, None] if pixels.ndim == 3 else pixels.transpose(0, 3, 1, 2)
    return Samples(torch.from_numpy(np.ascontiguousarray(channels)), torch.from_numpy(y), is_right)


def spoilt(
    x: np.ndarray, y: np.ndarray, corruption: Corruption, noise: float, rng: Rng
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Images, labels as given, and which of them are right."""
    if corruption == "imbalance":
        kept = (y < CLASSES // 2) | (rng.random(len(y)) < RARE)
        return x[kept], y[kept], np.ones(int(kept.sum()), bool)
    if corruption == "duplicates":
        return duplicated(x, y, rng)
    given = flipped(y, corruption, noise, rng)
    return x, given, given == y


def flipped(y: np.ndarray, corruption: Corruption, noise: float, rng: Rng) -> np.ndarray:
    """Labels of which some are replaced: by any class, their own included, or by the next one."""
    other = (y + 1) % CLASSES if corruption == "pairflip" else rng.integers(CLASSES, size=len(y))
    return np.where(rng.random(len(y)) < noise, other, y)


def duplicated(x: np.ndarray, y: np.ndarray, rng: Rng) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Half of the samples COPIES times, the other half left out; and images of nothing, whose labels are never right."""
    half = rng.permutation(len(y))[: len(y) // 2]
    rows = np.repeat(half, COPIES)
    nothing = round(NOTHING * len(rows))
    grain = rng.uniform(x.min(), x.max(), (nothing, *x.shape[1:])).astype(np.float32)
    return (
        np.concatenate([x[rows], grain]),
        np.concatenate([y[rows], rng.integers(CLASSES, size=nothing)]),
        np.repeat([True, False], [len(rows), nothing]),
    )


def resized(samples: Samples, side: int) -> Samples:
    """The same images at another size, by areas."""
    return Samples(functional.adaptive_avg_pool2d(samples.x, side), samples.y, samples.is_right)
