"""What a method may import: the laws of the curves, and a sampler of as many of them as it likes.

A curve is y = f(x) + noise with f from a Gaussian process of mean 0 and variance 1. What a law leaves open (a length scale,
which of two kernels, where the kernel changes) is drawn anew for each curve.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

Shape = Literal["rbf", "matern", "periodic"]
LOW, HIGH = -2.0, 2.0  # where curves are drawn
PERIOD = 1.0
NOISE = 0.02  # standard deviation
CHANGE = (-1.0, 1.0)  # the point at which the kernel of "switching" changes is uniform in between
SIDES = (0.6, 0.15)  # its two lengths; which one is on the left is drawn


@dataclass(frozen=True)
class Kernel:
    """A stationary kernel of variance 1; `length` is a number, or an array that broadcasts against distances."""

    shape: Shape
    length: float | np.ndarray

    def __call__(self, distance: np.ndarray) -> np.ndarray:
        """Covariances at these distances, any shape."""
        if self.shape == "rbf":
            return np.asarray(np.exp(-0.5 * (distance / self.length) ** 2))
        if self.shape == "matern":  # of order 5/2
            scaled = np.sqrt(5) * np.abs(distance) / self.length
            return np.asarray((1 + scaled + scaled**2 / 3) * np.exp(-scaled))
        return np.asarray(np.exp(-2 * (np.sin(np.pi * distance / PERIOD) / self.length) ** 2))


def even(x: np.ndarray) -> np.ndarray:
    return np.full_like(x, NOISE)


def wavy(x: np.ndarray) -> np.ndarray:
    return np.asarray(0.02 + 0.1 * (1 + np.sin(np.pi * x)))


@dataclass(frozen=True)
class Law:
    """A family of curves: its kernels with their weights, which sum to 1, and the noise's standard deviation at x.

    `lengths`: the length is uniform in between, and `kernels` are the nodes of a quadrature over it.
    """

    kernels: tuple[tuple[Kernel, float], ...]
    lengths: tuple[float, float] | None = None
    noise: Callable[[np.ndarray], np.ndarray] = even


def _spread(low: float, high: float, nodes: int = 24) -> Law:
    """A random length, integrated by Gauss-Legendre: 24 nodes are off by under .001 nats a target on average."""
    at, weights = np.polynomial.legendre.leggauss(nodes)
    kernels = (
        (Kernel("rbf", float(low + (high - low) * (z + 1) / 2)), float(w / 2)) for z, w in zip(at, weights, strict=True)
    )
    return Law(tuple(kernels), lengths=(low, high))


LAWS = {
    "rbf": Law(((Kernel("rbf", 0.4), 1.0),)),
    "rbf-random": _spread(0.1, 0.6),
    "matern": Law(((Kernel("matern", 0.4), 1.0),)),
    "periodic": Law(((Kernel("periodic", 0.8), 1.0),)),
    "kernel-mixture": Law(((Kernel("rbf", 0.4), 0.5), (Kernel("matern", 0.2), 0.5))),
    "heteroscedastic": Law(((Kernel("rbf", 0.4), 1.0),), noise=wavy),
    "shifted": Law(((Kernel("rbf", 0.4), 1.0),)),
}
FAMILIES = (*LAWS, "switching")


def draw(
    family: str,
    rng: np.random.Generator,
    functions: int,
    points: int,
    *,
    sharing: int = 1,
    low: float = LOW,
    high: float = HIGH,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw curves at uniform inputs: x, y, each (functions, points, 1) float32.

    family: one of FAMILIES. sharing: so many curves have their inputs and their law in common, which costs one
    factorisation for all of them; it divides `functions`.
    """
    sets = functions // sharing
    if sets * sharing != functions:
        raise ValueError(f"{sharing} curves share their inputs, and {functions} is no multiple of it")
    x = rng.uniform(low, high, (sets, points))
    y = np.linalg.cholesky(covariance(family, x, rng)) @ rng.standard_normal((sets, points, sharing))
    curves = y.transpose(0, 2, 1).reshape(functions, points, 1)
    return np.repeat(x, sharing, axis=0)[..., None].astype(np.float32), curves.astype(np.float32)


def covariance(family: str, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The covariance of y at inputs x (s, p), what the law leaves open drawn for each of the s rows: (s, p, p)."""
    distance = x[:, :, None] - x[:, None, :]
    if family == "switching":
        clean, noise = _switching(x, distance, rng), even(x)
    else:
        law = LAWS[family]
        clean, noise = _kernels(law, distance, rng), law.noise(x)
    clean[:, np.arange(x.shape[1]), np.arange(x.shape[1])] += noise**2
    return clean


def _kernels(law: Law, distance: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    if law.lengths:
        return Kernel("rbf", rng.uniform(*law.lengths, (len(distance), 1, 1)))(distance)
    which = rng.choice(len(law.kernels), size=len(distance), p=[weight for _, weight in law.kernels])
    values = np.empty_like(distance)
    for number, (kernel, _) in enumerate(law.kernels):
        values[which == number] = kernel(distance[which == number])
    return values


def _switching(x: np.ndarray, distance: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Two independent processes, one on either side of a change point."""
    is_right = x > rng.uniform(*CHANGE, (len(x), 1))
    lengths = np.where(rng.random(len(x))[:, None] < 0.5, SIDES, SIDES[::-1])
    length = np.where(is_right, lengths[:, 1:], lengths[:, :1])
    together = is_right[:, :, None] == is_right[:, None, :]
    return np.asarray(together * Kernel("rbf", length[:, :, None])(distance))
