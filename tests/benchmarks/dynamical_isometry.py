"""Starts of 10,000 layers, their way out of the sandbox, a training step's gradients beside what a framework would do, and
the memory of one at several depths: one thread.

    python -m tests.benchmarks.dynamical_isometry [--rounds 3] [--layers 10000]

Prints the smallest of the rounds; asserts nothing. Wanted are at most 1 CPU-second for orthogonal kernels of 10,000 layers,
and less than .1 for their way to the evaluator. Torch's own orthogonal start is that of the flattened kernel.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from papers.dynamical_isometry.problem import layers
from papers.dynamical_isometry.problem.start import spec_of, start_of
from papers.task import Limits
from runners.sandbox import Ledger, Sandbox
from tests.papers import contestant
from tests.site import ROOT

CHANNELS, SIDE = 16, 4
SHAPES = ((32, 64), (128, 32), (1000, 16))  # (layers, images) of a step
DEPTHS = (500, 2000, 8000)  # whose memory is measured
KEEPER = b"""
import numpy as np

class Method:
    def __init__(self, seed, device):
        pass

    def draw(self, shape):
        self.weight = np.random.default_rng(0).standard_normal(shape, np.float32)

    def weights(self):
        return self.weight
"""
# A process of its own: only one that has just begun has a peak that tells of this step. Bytes beyond what weights and
# their gradients take, with all activations kept and as the board does.
STEP = """
import json, sys
from pathlib import Path
import numpy as np
import torch
from papers.dynamical_isometry.problem import training
from papers.dynamical_isometry.problem.start import gaussian_start, spec_of

depth, kept = int(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(1)
training.KEPT = kept

def step(depth):
    spec = spec_of(depth=depth, channels=8, side=4, activation="tanh")
    start = gaussian_start(spec, np.random.default_rng(0), sigma_w2=1.0, sigma_b2=0.0)
    net = training.Trained.start(
        start, spec, colours=1, rng=np.random.default_rng(1), body="vanilla", device="cpu"
    )
    net(torch.zeros(256, 1, 8, 8)).square().sum().backward()
    return sum(2 * one.nbytes for one in net.parameters.values())

def peak():  # not getrusage's, which begins at the parent's
    return next(int(line.split()[1]) << 10 for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)

step(2)
before = peak()
parameters = step(depth)
print(json.dumps(peak() - before - parameters))
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.dynamical_isometry", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--layers", type=int, default=10_000)
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(f"Starts of {options.layers} layers of {CHANNELS} channels")
    for name, make in starts(options.layers).items():
        print(f"{name:>32} {1e3 * smallest(make, options.rounds):8.0f} ms", flush=True)
    ours, theirs = crossing(options.layers, options.rounds)
    print(f"Their way out of the sandbox: {1e3 * ours:.0f} ms of the evaluator, {1e3 * theirs:.0f} ms of the method")
    print("Forward and backward through the hidden layers")
    for depth, images in SHAPES:
        by_hand, by_torch = (
            smallest(step(apply, depth, images), options.rounds) for apply in (layers.vanilla, unrolled)
        )
        print(f"{depth:>6} layers, {images} images {1e3 * by_hand:8.1f} ms by hand {1e3 * by_torch:8.1f} ms autograd")
    print("Memory of a step of 256 images, beside the weights and their gradients")
    for depth in DEPTHS:
        kept, again = peak_bytes(depth, 1 << 40), peak_bytes(depth, 1)
        print(f"{depth:>6} layers {kept / 1e6:8.0f} MB kept {again / 1e6:8.0f} MB computed again", flush=True)


def crossing(depth: int, rounds: int) -> tuple[float, float]:
    """CPU-seconds of the evaluator and of the method, in the quickest call that hands over the weights of a network."""
    times, shape = [], (depth, CHANNELS, CHANNELS, 3, 3)
    with Sandbox.start(limits=Limits(call_seconds=60, play_seconds=600, memory_bytes=2 << 30), device="cpu") as box:
        box.load(KEEPER, seed=0, calls=("draw", "weights"), optional=(), ledger=Ledger())
        box.call("draw", shape)
        for _ in range(rounds):
            ours, theirs = time.process_time(), box.spent()["cpu_seconds"]
            assert box.call("weights").shape == shape
            times.append((time.process_time() - ours, box.spent()["cpu_seconds"] - theirs))
    return min(times)


def peak_bytes(depth: int, kept: int) -> int:
    """What a step of so many layers takes where so many bytes of activations may be kept."""
    command = [sys.executable, "-c", STEP, str(depth), str(kept)]
    return int(json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout))


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
