"""Small networks trained on minibatches: the loss and the gradients at whatever weights a method asks for."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from papers import digits
from papers.data import dataset

BATCH, RUNNING = 64, 50
HELD_OUT, SHOWN = 2000, 10_000  # images: to test, to train on at most
HIDDEN, CHANNELS = 128, (16, 32)

Arrays = list[np.ndarray]
Gap = Callable[[Arrays], tuple[float, float, Arrays]]


@dataclass(frozen=True)
class Images:
    """x: (n, C, H, W) float32, standardised; y: (n,) int64."""

    x: Tensor
    y: Tensor

    @classmethod
    def of(cls, x: np.ndarray, y: np.ndarray) -> Self:
        """Pixels (n, H, W) or (n, H, W, C), of any scale."""
        pixels = x.astype(np.float32)
        pixels = (pixels - pixels.mean()) / pixels.std()
        channels = pixels[:, None] if pixels.ndim == 3 else pixels.transpose(0, 3, 1, 2)
        return cls(torch.from_numpy(np.ascontiguousarray(channels)), torch.from_numpy(y.astype(np.int64)))


@dataclass(frozen=True)
class Training:
    """One network, its start, its images, and the order of its minibatches, the same in every trial."""

    loss: str
    train: Images
    test: Images
    start: Arrays
    kinds: list[str]
    batches: np.ndarray  # (budget, BATCH) rows of train

    @classmethod
    def draw(cls, data: str, loss: str, *, budget: int, rng: np.random.Generator) -> Self:
        """`loss`: "mlp", one hidden layer, or "convnet", two convolutions and two dense layers."""
        images = drawn_images(data, rng)
        order = rng.permutation(len(images.y))
        test, train = (
            Images(images.x[rows], images.y[rows]) for rows in np.split(order, [min(HELD_OUT, len(order) // 5)])
        )
        start, kinds = drawn_weights(loss, tuple(images.x.shape[1:]), rng)
        batches = rng.integers(len(train.y), size=(budget, BATCH))
        return cls(loss, train, test, start, kinds, batches)

    def begin(self) -> Gap:
        """What one trial asks: the running mean of its minibatch losses over the loss at the start, loss and gradients."""
        losses: deque[float] = deque(maxlen=RUNNING)
        rows: Iterator[np.ndarray] = iter(self.batches)
        first = self.loss_and_gradients(self.start, self.batches[:RUNNING].ravel())[0]

        def at(x: Arrays) -> tuple[float, float, Arrays]:
            loss, gradients = self.loss_and_gradients(x, next(rows))
            losses.append(loss)
            return float(np.mean(losses)) / first, loss, gradients

        return at

    def loss_and_gradients(self, arrays: Arrays, rows: np.ndarray) -> tuple[float, Arrays]:
        weights = [torch.from_numpy(array).requires_grad_(True) for array in arrays]
        logits = forward(self.loss, weights, self.train.x[rows])
        loss = functional.cross_entropy(logits, self.train.y[rows])
        return float(loss.detach()), [slope.numpy() for slope in torch.autograd.grad(loss, weights)]

    def accuracy(self, arrays: Arrays) -> float:
        """On the held-out images."""
        with torch.no_grad():
            logits = forward(self.loss, [torch.from_numpy(array) for array in arrays], self.test.x)
        return float((logits.argmax(dim=1) == self.test.y).double().mean())


def drawn_images(data: str, rng: np.random.Generator) -> Images:
    if data == "digits":
        return Images.of(*digits.draw(rng, 4000))
    arrays = dataset(data)
    rows = rng.permutation(len(arrays["y_train"]))[: SHOWN + HELD_OUT]
    return Images.of(arrays["x_train"][rows], arrays["y_train"][rows])


def drawn_weights(loss: str, shape: tuple[int, ...], rng: np.random.Generator) -> tuple[Arrays, list[str]]:
    """He's start: normal with variance 2 / inputs, biases 0."""
    channels, height, width = shape
    layers: list[tuple[str, tuple[int, ...]]] = [
        ("dense", (HIDDEN, channels * height * width)),
        ("dense", (10, HIDDEN)),
    ]
    if loss == "convnet":
        first, second = CHANNELS
        flat = second * (height // 4) * (width // 4)
        layers = [
            ("conv", (first, channels, 3, 3)),
            ("conv", (second, first, 3, 3)),
            ("dense", (HIDDEN, flat)),
            ("dense", (10, HIDDEN)),
        ]
    arrays: Arrays = []
    kinds = []
    for kind, size in layers:
        inputs = int(np.prod(size[1:]))
        arrays += [(rng.normal(size=size) * np.sqrt(2 / inputs)).astype(np.float32), np.zeros(size[0], np.float32)]
        kinds += [kind, "bias"]
    return arrays, kinds


def forward(loss: str, weights: list[Tensor], x: Tensor) -> Tensor:
    """Logits: (n, 10)."""
    if loss == "convnet":
        for kernel, bias in (weights[0:2], weights[2:4]):
            x = functional.max_pool2d(functional.relu(functional.conv2d(x, kernel, bias, padding=1)), 2)
        weights = weights[4:]
    hidden = functional.relu(functional.linear(x.flatten(1), weights[0], weights[1]))
    return functional.linear(hidden, weights[2], weights[3])
