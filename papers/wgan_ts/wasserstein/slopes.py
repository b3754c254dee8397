"""How steep a potential is: its Lipschitz constant over pairs and by gradients. Nothing here asks the method anything."""

from dataclasses import dataclass

import numpy as np

PROBES = 300  # points at which a gradient is taken
STEP = 0.01
RANDOM_PAIRS = 20_000


@dataclass(frozen=True)
class Probes:
    """Points, and those around them that central differences need. points: (p, d); up, down: (p, d, d), float32."""

    points: np.ndarray
    up: np.ndarray
    down: np.ndarray

    def gradients(self, f_up: np.ndarray, f_down: np.ndarray) -> np.ndarray:
        """Central differences over the steps that float32 really made; f_up, f_down: (p, d) -> (p, d)."""
        made = np.diagonal(self.up.astype(float) - self.down.astype(float), axis1=1, axis2=2)
        return np.asarray((f_up - f_down) / made)


def draw_probes(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> Probes:
    """A third each at points of x, of y, and on segments between them; x, y: (n, d) float32."""
    third = PROBES // 3
    a, b = x[:third], y[:third]
    share = rng.random((third, 1))
    between = share * x[third : 2 * third] + (1 - share) * y[third : 2 * third]
    points = np.concatenate([a, b, between]).astype(np.float32)
    steps = STEP * np.eye(x.shape[1], dtype=np.float32)
    return Probes(points, points[:, None] + steps, points[:, None] - steps)


def dual_norm(gradients: np.ndarray, cost: str) -> np.ndarray:
    """The norm that bounds a potential's slope under the cost: maximum for L1, Euclidean for L2. (p, d) -> (p,)."""
    return np.asarray(np.linalg.norm(gradients, ord=np.inf if cost == "l1" else 2, axis=1))


def steepest(rise: np.ndarray, c: np.ndarray) -> float:
    """The largest |rise| / c; coincident points count nothing."""
    apart = c > 0
    return float((np.abs(rise[apart]) / c[apart]).max(initial=0.0))


def steepest_at_random(points: np.ndarray, f: np.ndarray, cost: str, rng: np.random.Generator) -> float:
    """The largest slope over random pairs of points: (n, d), whichever side they come from; f: (n,)."""
    i, j = rng.integers(len(points), size=(2, RANDOM_PAIRS))
    apart = points[i].astype(float) - points[j]
    return steepest(f[i] - f[j], np.linalg.norm(apart, ord=1 if cost == "l1" else 2, axis=1))


def mean_cosine(gradients: np.ndarray, true: np.ndarray) -> float:
    """Mean cosine between gradients (p, d), 0 where one vanishes."""
    lengths = np.linalg.norm(gradients, axis=1) * np.linalg.norm(true, axis=1)
    products = (gradients * true).sum(axis=1)
    return float(np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0).mean())
