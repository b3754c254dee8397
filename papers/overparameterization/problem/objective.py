"""A convex objective over the weights of a linear model, with its exact optimum."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize

from papers.overparameterization.problem.losses import Loss

NEWTON_STEPS = 60
HALVINGS = 40


@dataclass(frozen=True)
class Objective:
    """(1/m) sum_i loss(x_i . w, y_i) + decay/2 |w|^2.

    x: (m, d) float64; y: (m,), or (m, k) where the weights are a matrix of k outputs by d inputs.
    """

    x: np.ndarray
    y: np.ndarray
    loss: Loss
    decay: float = 0.0

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the weights: (d,), or (k, d)."""
        return (self.x.shape[1],) if self.y.ndim == 1 else (self.y.shape[1], self.x.shape[1])

    def value_and_gradient(self, w: np.ndarray) -> tuple[float, np.ndarray]:
        """The value at weights w and its gradient, of the weights' shape."""
        z = self.x @ w.T
        m = len(self.x)
        value = float(self.loss.value(z, self.y).sum()) / m
        gradient = (self.x.T @ self.loss.slope(z, self.y)).T / m
        if not self.decay:
            return value, gradient
        return value + self.decay / 2 * float((w**2).sum()), gradient + self.decay * w

    def value(self, w: np.ndarray) -> float:
        return self.value_and_gradient(w)[0]

    def hessian(self, w: np.ndarray) -> np.ndarray:
        """(d, d) at w (d,). Of a matrix's outputs the one with the greatest norm: the others don't mix with it."""
        curvature = self.loss.curvature(self.x @ w.T, self.y)
        columns = curvature.reshape(len(self.x), -1).T
        blocks = [(self.x * column[:, None]).T @ self.x / len(self.x) for column in columns]
        largest = max(blocks, key=lambda block: float(np.linalg.norm(block, 2)))
        return np.asarray(largest + self.decay * np.eye(len(largest)))

    def hessian_norm(self) -> float:
        """The largest eigenvalue of the Hessian at 0."""
        return float(np.linalg.eigvalsh(self.hessian(np.zeros(self.shape)))[-1])

    def optimum(self) -> float:
        """The least value: L-BFGS in float64, for vectors finished by Newton's method with halved steps."""
        start = np.zeros(self.shape)

        def flat(v: np.ndarray) -> tuple[float, np.ndarray]:
            value, gradient = self.value_and_gradient(v.reshape(self.shape))
            return value, gradient.ravel()

        options: Any = {"maxiter": 20_000, "maxfun": 40_000, "ftol": 0.0, "gtol": 1e-12, "maxcor": 30}
        w = minimize(flat, start.ravel(), jac=True, method="L-BFGS-B", options=options).x.reshape(self.shape)
        return self.value(self._finished(w) if w.ndim == 1 else w)

    def _finished(self, w: np.ndarray) -> np.ndarray:
        value, gradient = self.value_and_gradient(w)
        for _ in range(NEWTON_STEPS):
            direction = np.linalg.lstsq(self.hessian(w), gradient, rcond=1e-14)[0]
            for halving in range(HALVINGS):
                trial = w - direction / 2**halving
                if self.value(trial) < value:
                    break
            else:
                return w
            w = trial
            value, gradient = self.value_and_gradient(w)
        return w
