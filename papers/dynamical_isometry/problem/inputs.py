"""What goes into a deep block and what reads it: digits that nobody has, a random stem, a random linear head."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from papers import digits
from papers.dynamical_isometry.problem.theory import UNITS

CLASSES = 10


@dataclass(frozen=True)
class Batch:
    """x: (n, P, C) activations before the deep block; y: (n,) labels; head: (CLASSES, P C)."""

    x: np.ndarray
    y: np.ndarray
    head: np.ndarray


def draw(rng: np.random.Generator, spec: Mapping[str, Any], count: int) -> Batch:
    """Digits of twice the maps' side, standardised, through a random 3x3 convolution of stride 2 with zero padding.

    What goes into the stem's unit is scaled to the variance q of the spec's critical pair, where the theory begins: an
    input far from it needs some 1 / q layers to get there, which then are what is measured.
    """
    side, channels, q = spec["height"], spec["channels"], spec["critical"]["q"]
    images, labels = digits.draw(rng, count, 2 * side)
    standard = (images - images.mean()) / images.std()
    z = strided(standard.astype(float)) @ rng.normal(size=(9, channels))
    z *= np.sqrt(q / np.square(z).mean())
    head = rng.normal(0, 1 / np.sqrt(side * side * channels), (CLASSES, side * side * channels))
    return Batch(UNITS[spec["activation"]].value(z), labels, head)


def strided(images: np.ndarray) -> np.ndarray:
    """The nine pixels around every second one, 0 beyond the edge: (n, 2s, 2s) -> (n, s s, 9)."""
    around = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    side = images.shape[1]
    taps = [around[:, row : row + side : 2, column : column + side : 2] for row in range(3) for column in range(3)]
    return np.stack(taps, axis=-1).reshape(len(images), -1, 9)


def loss_gradient(batch: Batch, last: np.ndarray) -> np.ndarray:
    """The gradient of the mean cross-entropy of the head's logits by the last activations (n, P, C)."""
    logits = last.reshape(len(last), -1) @ batch.head.T
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    shares[np.arange(len(last)), batch.y] -= 1
    return np.asarray((shares @ batch.head / len(last)).reshape(last.shape))
