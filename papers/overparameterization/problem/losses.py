"""Losses of a linear model's residuals: their value, slope and curvature, example by example. Float64 throughout."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

KNEE = 1.0  # of the Huber loss: quadratic within, linear beyond
Elementwise = Callable[[np.ndarray, np.ndarray], np.ndarray]  # prediction z, target y -> same shape


@dataclass(frozen=True)
class Loss:
    """value, slope (by z) and curvature (twice by z) of one example's loss at prediction z and target y."""

    value: Elementwise
    slope: Elementwise
    curvature: Elementwise


def raised(r: np.ndarray, n: int) -> np.ndarray:
    """r^n for n >= 0. By products: numpy's own power takes twenty times as long beyond a square."""
    result = np.ones_like(r) if n == 0 else r
    for _ in range(n - 1):
        result = result * r
    return result


def power(p: int) -> Loss:
    """|z - y|^p / p for an even p."""
    return Loss(
        value=lambda z, y: raised(z - y, p) / p,
        slope=lambda z, y: raised(z - y, p - 1),
        curvature=lambda z, y: (p - 1) * raised(z - y, p - 2),
    )


HUBER = Loss(
    value=lambda z, y: np.where(np.abs(z - y) <= KNEE, (z - y) ** 2 / 2, KNEE * (np.abs(z - y) - KNEE / 2)),
    slope=lambda z, y: np.clip(z - y, -KNEE, KNEE),
    curvature=lambda z, y: (np.abs(z - y) <= KNEE).astype(float),
)
LOGISTIC = Loss(  # y is -1 or 1
    value=lambda z, y: np.logaddexp(0, -y * z),
    slope=lambda z, y: -y * expit(-y * z),
    curvature=lambda z, y: expit(z) * expit(-z),
)
LOSSES = {"l2": power(2), "l4": power(4), "l6": power(6), "huber": HUBER, "logistic": LOGISTIC, "matrix": power(2)}
