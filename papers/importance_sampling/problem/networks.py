"""The networks that a board trains: small, and without batch statistics, so that a sample's gradient is its own."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from papers.importance_sampling.problem.samples import CLASSES
from papers.importance_sampling.problem.setting import Network

UNITS = 64  # of the last dense layer, and of the LSTM's state
WIDE = 128  # units of the dense network's first layer
STAGES = (16, 32, 64)  # channels of the residual network


def build(network: Network, shape: tuple[int, ...], *, seed: int) -> nn.Module:
    """A network for images of this shape (channels, h, w), its weights drawn from `seed` alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return MAKERS[network](shape)


def dense(shape: tuple[int, ...]) -> nn.Module:
    """Two hidden layers."""
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(math.prod(shape), WIDE),
        nn.ReLU(),
        nn.Linear(WIDE, UNITS),
        nn.ReLU(),
        nn.Linear(UNITS, CLASSES),
    )


def convnet(shape: tuple[int, ...]) -> nn.Module:
    """Two convolutions, the second of stride 2, and a hidden dense layer."""
    channels, height, width = shape
    flat = 32 * ((height + 1) // 2) * ((width + 1) // 2)
    return nn.Sequential(
        nn.Conv2d(channels, 16, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(flat, UNITS),
        nn.ReLU(),
        nn.Linear(UNITS, CLASSES),
    )


def lenet(shape: tuple[int, ...]) -> nn.Module:
    """LeNet-5's sizes."""
    channels, height, width = shape
    flat = 16 * (height // 4 - 2) * (width // 4 - 2) if height >= 28 else 16 * (height // 4) * (width // 4)
    return nn.Sequential(
        nn.Conv2d(channels, 6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5, padding=0 if height >= 28 else 2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(flat, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, CLASSES),
    )


class Residual(nn.Module):
    """x + two convolutions of relu(norm(x)); a stride halves the image and widens it."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.first_norm, self.second_norm = nn.GroupNorm(1, inputs), nn.GroupNorm(1, outputs)
        self.first = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.way = nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False) if inputs != outputs else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.first(functional.relu(self.first_norm(x)))
        added: Tensor = self.way(x) + self.second(functional.relu(self.second_norm(hidden)))
        return added


def resnet(shape: tuple[int, ...]) -> nn.Module:
    """A stem, three residual blocks, and a mean over the image."""
    blocks = [Residual(STAGES[max(0, k - 1)], width, 1 if k == 0 else 2) for k, width in enumerate(STAGES)]
    return nn.Sequential(
        nn.Conv2d(shape[0], STAGES[0], 3, padding=1, bias=False),
        *blocks,
        nn.GroupNorm(1, STAGES[-1]),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(STAGES[-1], CLASSES),
    )


class Lstm(nn.Module):
    """An LSTM that reads an image pixel by pixel. Written out: torch.func can't go through the library's own."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.inner, self.outer = nn.Linear(channels, 4 * UNITS), nn.Linear(UNITS, 4 * UNITS, bias=False)
        self.answer = nn.Linear(UNITS, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        gates = self.inner(x.flatten(2).transpose(1, 2))  # (n, pixels, 4 units)
        state = memory = x.new_zeros(len(x), UNITS)
        for pixel in gates.unbind(1):
            inlet, forget, outlet, new = (pixel + self.outer(state)).chunk(4, dim=1)
            memory = torch.sigmoid(forget + 1) * memory + torch.sigmoid(inlet) * torch.tanh(new)
            state = torch.sigmoid(outlet) * torch.tanh(memory)
        logits: Tensor = self.answer(state)
        return logits


def lstm(shape: tuple[int, ...]) -> nn.Module:
    return Lstm(shape[0])


MAKERS = {"dense": dense, "convnet": convnet, "lenet": lenet, "resnet": resnet, "lstm": lstm}
