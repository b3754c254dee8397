"""The tables behind the convex cases: real features with the public target or one drawn from the seed, and synthetic ones.

A drawn target is as hard as the public one and known to nobody: its weights have the public solution's size along each
principal axis of the features, up to a random factor, and random signs. What gradient descent needs is fixed by these
sizes; who carries the table knows neither signs nor factors nor labels.
"""

import numpy as np
from scipy.special import expit
from scipy.stats import ortho_group

from papers import digits
from papers.data import dataset
from papers.overparameterization.problem.losses import LOSSES
from papers.overparameterization.problem.objective import Objective

SPREAD = 0.3  # standard deviation of the logarithm of a drawn weight's size
SYNTHETIC_ROWS, SYNTHETIC_COLUMNS, NOISE = 400, 20, 0.1
MATRIX_ROWS = 1000  # images of the case with ten outputs
SHARPNESS = 12.0  # of drawn labels: about as separable as the public ones
LOGISTIC_DECAY = 1e-4

Rng = np.random.Generator


def standardised(x: np.ndarray) -> np.ndarray:
    """Columns with mean 0 and population standard deviation 1; constant columns are dropped."""
    x = x[:, x.std(axis=0) > 0].astype(float)
    return np.asarray((x - x.mean(axis=0)) / x.std(axis=0))


def rotation(d: int, rng: Rng) -> np.ndarray:
    """A Haar random orthogonal matrix: (d, d)."""
    return np.asarray(ortho_group.rvs(d, random_state=rng)) if d > 1 else np.ones((1, 1))


def axes(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Second moments along the principal axes of the features, ascending (d,), and the axes as columns (d, d)."""
    moments, columns = np.linalg.eigh(x.T @ x / len(x))
    return moments, columns


def drawn_weights(sizes: np.ndarray, rng: Rng) -> np.ndarray:
    """Weights with about these sizes, of random signs: (d,)."""
    return np.asarray(sizes * np.exp(SPREAD * rng.normal(size=len(sizes))) * rng.choice([-1.0, 1.0], len(sizes)))


def diabetes(loss: str, *, public: bool, rng: Rng) -> Objective:
    """Regression on 442 x 10 standardised features."""
    x, y = standardised(dataset("diabetes")["x"]), standardised(dataset("diabetes-target")["x"])[:, 0]
    if not public:
        moments, columns = axes(x)
        sizes = columns.T @ (x.T @ y) / len(x) / moments
        left = residual_share(x, y)
        y = x @ (columns @ drawn_weights(sizes, rng))
        residual = rng.normal(size=len(x)) * np.sqrt(left * y.var() / (1 - left))
        y = standardised((y + residual)[:, None])[:, 0]
    return rotated(Objective(x, y, LOSSES[loss]), rng)


def residual_share(x: np.ndarray, y: np.ndarray) -> float:
    """1 - R^2 of a standardised target."""
    return float(np.mean((y - x @ np.linalg.lstsq(x, y, rcond=None)[0]) ** 2))


def breast(*, public: bool, rng: Rng) -> Objective:
    """Classification on 569 x 30 standardised features, labels -1 and 1."""
    arrays = dataset("breast-cancer")
    x, y = standardised(arrays["x"]), 2.0 * arrays["label"] - 1
    if not public:
        moments, columns = axes(x)
        linear = columns.T @ (x.T @ y) / len(x) / np.maximum(moments, 1e-3)
        z = x @ (columns @ drawn_weights(linear, rng))
        y = np.where(rng.random(len(x)) < expit(SHARPNESS * z / z.std()), 1.0, -1.0)
    return rotated(Objective(x, y, LOSSES["logistic"], LOGISTIC_DECAY), rng)


def synthetic(loss: str, *, condition: float, rng: Rng) -> Objective:
    """A Gaussian design of 400 x 20 whose second moments have this condition number, log-spaced; target of standard deviation 1."""
    raw = rng.normal(size=(SYNTHETIC_ROWS, SYNTHETIC_COLUMNS))
    white = np.linalg.qr(raw)[0] * np.sqrt(SYNTHETIC_ROWS)
    x = white * np.sqrt(np.geomspace(1, 1 / condition, SYNTHETIC_COLUMNS))
    y = x @ rng.normal(size=SYNTHETIC_COLUMNS) + NOISE * rng.normal(size=SYNTHETIC_ROWS)
    return rotated(Objective(x, y / y.std(), LOSSES[loss]), rng)


def many_outputs(rng: Rng) -> Objective:
    """Ten outputs on images of digits that nobody has: regression on one-hot labels, standardised pixels."""
    images, label = digits.draw(rng, MATRIX_ROWS)
    x = standardised(images.reshape(len(images), -1))
    target = np.eye(10)[label] - 0.1
    return rotated(Objective(x, target, LOSSES["matrix"]), rng)


def rotated(objective: Objective, rng: Rng) -> Objective:
    """The same objective in coordinates that nobody knows."""
    turn = rotation(objective.x.shape[1], rng)
    return Objective(objective.x @ turn.T, objective.y, objective.loss, objective.decay)
