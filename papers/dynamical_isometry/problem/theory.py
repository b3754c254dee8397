"""The mean field theory of wide convolutional networks: fixed points, the critical line, depth scales, spatial modes.

A layer is h' = phi(W * h + b) with circular padding; W has variance sigma_w^2 / (9 C), b has sigma_b^2; q is the variance
of what goes into phi. Numpy only: the board's card draws the critical line.
Source: Xiao and others (2018), sections 2.1 to 2.4.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

Activation = Literal["tanh", "relu"]
Elementwise = Callable[[np.ndarray], np.ndarray]

REACH, POINTS = (
    10.0,
    2000,
)  # of the quadrature, 0 between two of them: the trapezoid rule converges faster than any power
STEPS = 2000  # of the iteration to a fixed point


@dataclass(frozen=True)
class Unit:
    """phi, and its slope as a function of phi's own value."""

    value: Elementwise
    slope_at: Elementwise


UNITS: dict[Activation, Unit] = {
    "tanh": Unit(np.tanh, lambda h: 1 - h * h),
    "relu": Unit(lambda z: np.maximum(z, 0), lambda h: (h > 0).astype(float)),
}


def mean(function: Elementwise, q: float) -> float:
    """E[function(sqrt(q) z)] for a standard normal z."""
    z = np.linspace(-REACH, REACH, POINTS)
    weights = np.exp(-z * z / 2)
    return float(weights @ function(np.sqrt(q) * z) / weights.sum())


def slope_moment(activation: Activation, q: float, power: int = 2) -> float:
    """E[phi'(sqrt(q) z)^power]."""
    unit = UNITS[activation]
    return mean(lambda z: unit.slope_at(unit.value(z)) ** power, q)


def chi(activation: Activation, sigma_w2: float, q: float) -> float:
    """By what a layer multiplies the mean square of a gradient: 1 on the critical line, below in order, above in chaos."""
    return sigma_w2 * slope_moment(activation, q)


def next_q(activation: Activation, sigma_w2: float, sigma_b2: float, q: float) -> float:
    """What a layer makes of the variance q."""
    return sigma_w2 * mean(lambda z: UNITS[activation].value(z) ** 2, q) + sigma_b2


def fixed_point(activation: Activation, sigma_w2: float, sigma_b2: float) -> float:
    """The variance q* that layers keep, reached from 1."""
    q = 1.0
    for _ in range(STEPS):
        q, before = next_q(activation, sigma_w2, sigma_b2, q), q
        if abs(q - before) < 1e-14 * q:
            break
    return q


def critical(activation: Activation, q: float) -> tuple[float, float]:
    """(sigma_w^2, sigma_b^2) on the critical line whose fixed point is q. ReLU has one such point, for every q."""
    sigma_w2 = 1 / slope_moment(activation, q)
    if activation == "relu":  # E[phi^2] = q / 2 exactly: the difference below would be rounding
        return 2.0, 0.0
    return sigma_w2, q - sigma_w2 * mean(lambda z: UNITS[activation].value(z) ** 2, q)


def depth_scale(activation: Activation, sigma_w2: float, sigma_b2: float) -> float:
    """The layers over which a gradient's mean square changes by a factor e: 1 / |ln chi|."""
    size = abs(np.log(chi(activation, sigma_w2, fixed_point(activation, sigma_w2, sigma_b2))))
    return float(1 / size) if size else float("inf")


def orthogonal_spread(activation: Activation, q: float, depth: int) -> float:
    """The standard deviation of the logarithm of the Jacobian's singular values, for orthogonal weights.

    Their squares s have mean 1 and variance L (mu_2 / mu_1^2 - 1), mu_k = E[phi'^(2k)]; ln sqrt(s) spreads half as far,
    where that is small.
    """
    excess = slope_moment(activation, q, 4) / slope_moment(activation, q) ** 2 - 1
    return float(np.sqrt(depth * excess) / 2)


def mode_factors(profile: np.ndarray, height: int, width: int) -> np.ndarray:
    """By what a layer multiplies each spatial Fourier mode of the variance: (height, width) complex.

    profile: (3, 3), the share of the kernel's variance at each tap, sum 1. Mode k is multiplied by the sum over taps t of
    profile_t e^(ikt): 1 for all modes where all of it is on the centre.
    """
    around = np.zeros((height, width))
    for row in range(3):
        for column in range(3):
            around[(row - 1) % height, (column - 1) % width] += profile[row, column]
    return np.asarray(np.conj(np.fft.fft2(around)))
