"""What a method is told about a network, and the weights with which it answers. Both boards ask in this way."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from papers import answers
from papers.dynamical_isometry.problem.theory import Activation, critical
from papers.task import AnswerError

LARGEST = 10.0  # of a weight or a bias
NORMS = (1e-4, 1e4)  # of a layer's kernel
LEAST_SCALE = 1e-6
DEEPER = 1.1  # a play is from 1 to so many times as deep as its case says


@dataclass(frozen=True)
class Start:
    """weight: (L, C, C, 3, 3) float32 [layer, out, in, row, column]; bias: (L, C) float32; lr_scale in (0, 1]."""

    weight: np.ndarray
    bias: np.ndarray
    lr_scale: float


def drawn_depth(nominal: int, rng: np.random.Generator) -> int:
    """So deep at least, so that a title's depth is reached, and nobody's recipe is tuned to one number."""
    return round(nominal * rng.uniform(1, DEEPER))


def spec_of(
    *, depth: int, channels: int, side: int, activation: Activation, steps: int = 0, batch: int = 0
) -> dict[str, Any]:
    """What `init` is told; q = 1 / depth is where the paper's demonstration works."""
    q = 1 / depth
    sigma_w2, sigma_b2 = critical(activation, q)
    return {
        "depth": depth,
        "channels": channels,
        "kernel": 3,
        "height": side,
        "width": side,
        "padding": "circular",
        "activation": activation,
        "critical": {"sigma_w2": sigma_w2, "sigma_b2": sigma_b2, "q": q},
        "steps": steps,
        "batch": batch,
    }


def start_of(answer: Any, spec: dict[str, Any], *, call: str = "init") -> Start:
    """The answer as float32 arrays. Raises AnswerError."""
    weight, bias, scale = answers.items(answer, call=call, count=3)
    depth, channels, kernel = spec["depth"], spec["channels"], spec["kernel"]
    shape = (depth, channels, channels, kernel, kernel)
    start = Start(
        answers.array(weight, call=f"{call}'s weights", shape=shape, low=-LARGEST, high=LARGEST, dtype=np.float32),
        answers.array(
            bias, call=f"{call}'s biases", shape=(depth, channels), low=-LARGEST, high=LARGEST, dtype=np.float32
        ),
        answers.number(scale, call=f"{call}'s lr_scale", low=LEAST_SCALE, high=1, what="a number in (0, 1]"),
    )
    check_norms(start.weight, call)
    return start


def check_norms(weight: np.ndarray, call: str) -> None:
    """Raise where a layer is as good as absent, or swamps all others."""
    norms = np.linalg.norm(weight.reshape(len(weight), -1), axis=1)
    wrong = np.flatnonzero((norms < NORMS[0]) | (norms > NORMS[1]))
    if len(wrong):
        raise AnswerError(
            f"{call}'s weights have the norm {norms[wrong[0]]:g} in layer {wrong[0]}, "
            f"expected from {NORMS[0]:g} to {NORMS[1]:g} in each"
        )


def gaussian_start(spec: dict[str, Any], rng: np.random.Generator, *, sigma_w2: float, sigma_b2: float) -> Start:
    """Gaussian kernels and biases of these variances."""
    depth, channels = spec["depth"], spec["channels"]
    weight = rng.normal(0, np.sqrt(sigma_w2 / (9 * channels)), (depth, channels, channels, 3, 3))
    bias = rng.normal(0, np.sqrt(sigma_b2), (depth, channels))
    return Start(weight.astype(np.float32), bias.astype(np.float32), 1.0)


def identity_share(weight: np.ndarray) -> float:
    """The share of the weights' squared norm that lies on multiples of the identity at the centre: 1 for identities."""
    trace = np.trace(weight[:, :, :, 1, 1], axis1=1, axis2=2).astype(float)
    total = float(np.square(weight, dtype=float).sum())
    return float((trace**2).sum() / weight.shape[1] / total)


def variances(start: Start) -> tuple[float, float]:
    """(sigma_w, sigma_b): where on the phase plane the weights and biases lie, as root mean squares over the layers."""
    fan_in = start.weight[0, 0].size
    return (
        float(np.sqrt(fan_in * np.square(start.weight, dtype=float).mean())),
        float(np.sqrt(np.square(start.bias, dtype=float).mean())),
    )
