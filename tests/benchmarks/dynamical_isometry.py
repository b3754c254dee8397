"""Starts of 10,000 layers, and a training step's gradients, beside what a framework would do: CPU-seconds, one thread.

    python -m tests.benchmarks.dynamical_isometry [--rounds 3] [--layers 10000]

Prints the smallest of the rounds; asserts nothing. Torch's own orthogonal start is that of the flattened kernel.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from papers.dynamical_isometry.problem import layers
from papers.dynamical_isometry.problem.start import spec_of, start_of
from tests.papers import contestant

CHANNELS, SIDE = 16, 4
SHAPES = ((32, 64), (128, 32), (1000, 16))  # (layers, images) of a step


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.dynamical_isometry", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--layers", type=int, default=10_000)
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(f"Starts of {options.layers} layers of {CHANNELS} channels")
    for name, make in starts(options.layers).items():
        print(f"{name:>32} {1e3 * smallest(make, options.rounds):8.0f} ms", flush=True)
    print("Forward and backward through the hidden layers")
    for depth, images in SHAPES:
        by_hand, by_torch = (
            smallest(step(apply, depth, images), options.rounds) for apply in (layers.vanilla, unrolled)
        )
        print(f"{depth:>6} layers, {images} images {1e3 * by_hand:8.1f} ms by hand {1e3 * by_torch:8.1f} ms autograd")


def smallest(make: Callable[[], Any], rounds: int) -> float:
    """CPU-seconds of the quickest of so many calls."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        make()
        times.append(time.process_time() - start)
    return min(times)


def starts(depth: int) -> dict[str, Callable[[], Any]]:
    """House methods, what the board's check adds, and torch's initialiser called layer by layer."""
    spec = spec_of(depth=depth, channels=CHANNELS, side=SIDE, activation="tanh")
    makes: dict[str, Callable[[], Any]] = {
        slug: contestant.load("deep_signal", slug).Method(0, "cpu").init
        for slug in ("delta_orthogonal", "random_orthogonal", "flat_orthogonal", "critical_gaussian")
    }
    calls = {slug: (lambda init=init: init(spec)) for slug, init in makes.items()}
    answer = makes["delta_orthogonal"](spec)
    weight = torch.empty(depth, CHANNELS, CHANNELS, 3, 3)
    calls["the check of an answer"] = lambda: start_of(answer, spec)
    calls["torch.nn.init.orthogonal_"] = lambda: [torch.nn.init.orthogonal_(kernel) for kernel in weight]
    return calls


def step(apply: Callable[..., Tensor], depth: int, images: int) -> Callable[[], None]:
    rng = np.random.default_rng(0)
    shape = (depth, CHANNELS, CHANNELS, 3, 3)
    weight = torch.tensor(rng.normal(0, 1 / 12, shape), dtype=torch.float32, requires_grad=True)
    bias = torch.zeros(depth, CHANNELS, requires_grad=True)
    h = torch.tensor(rng.normal(size=(images, CHANNELS, SIDE, SIDE)), dtype=torch.float32)

    def take() -> None:
        weight.grad = bias.grad = None
        apply(h, weight, bias, "tanh").square().sum().backward()

    return take


def unrolled(h: Tensor, weight: Tensor, bias: Tensor, activation: str) -> Tensor:
    """Layer by layer, by torch's own padding, convolution and differentiation."""
    for kernel, offset in zip(weight.unbind(), bias.unbind(), strict=True):
        h = torch.tanh(functional.conv2d(functional.pad(h, (1, 1, 1, 1), mode="circular"), kernel, offset))
    return h


if __name__ == "__main__":
    main()
