"""Images to train and test on: digits that nobody has, or a public data set at half its resolution."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from papers import digits
from papers.data import dataset

Source = Literal["digits", "mnist", "cifar10-jpeg"]
TRAIN, TEST = 1297, 500  # of the digits
HELD_OUT = 5000  # of a data set, at most


@dataclass(frozen=True)
class Images:
    """x: (n, colours, H, W) float32, standardised by the training images; y: (n,) int64."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def draw(source: Source, rng: np.random.Generator) -> Images:
    if source == "digits":
        x, y = digits.draw(rng, TRAIN + TEST, 8)
        return standardised(x[:TRAIN], y[:TRAIN], x[TRAIN:], y[TRAIN:])
    arrays = dataset(source)
    rows = rng.permutation(len(arrays["y_test"]))[:HELD_OUT]
    return standardised(
        halved(arrays["x_train"]), arrays["y_train"], halved(arrays["x_test"][rows]), arrays["y_test"][rows]
    )


def halved(x: np.ndarray) -> np.ndarray:
    """The means of squares of four pixels: (n, 2h, 2w, ...) -> (n, h, w, ...) float32."""
    count, height, width, *colours = x.shape
    return np.asarray(x.reshape(count, height // 2, 2, width // 2, 2, *colours).mean(axis=(2, 4), dtype=np.float32))


def standardised(x_train: np.ndarray, y_train: np.ndarray, x_test: np.ndarray, y_test: np.ndarray) -> Images:
    middle, scale = x_train.mean(), x_train.std()
    parts = [np.ascontiguousarray(channels_first((x - middle) / scale), dtype=np.float32) for x in (x_train, x_test)]
    labels = [y.astype(np.int64).ravel() for y in (y_train, y_test)]
    return Images(parts[0], labels[0], parts[1], labels[1])


def channels_first(x: np.ndarray) -> np.ndarray:
    return x[:, None] if x.ndim == 3 else x.transpose(0, 3, 1, 2)
