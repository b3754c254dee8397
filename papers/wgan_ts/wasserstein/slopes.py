"""How steep a potential is: an estimate of its Lipschitz constant from below, by sampled pairs and gradients.

Between the points that are looked at it may be steeper. Nothing here asks the method anything.
"""

from dataclasses import dataclass

import numpy as np

PROBES = (300, 900)  # points at which a gradient is taken: least, in many dimensions, and most
QUESTIONS = 15_000  # that gradients may cost between these two
STEEPEST, AROUND, NEAR = 20, 5, 0.1  # where a gradient is steepest: so many new probes about each, so far off
STEP = 0.01
RANDOM_PAIRS, PORTIONS = 200_000, 50  # a portion stays in the processor's cache


@dataclass(frozen=True)
class Probes:
    """Points, and those around them that central differences need. points: (p, d); up, down: (p, d, d), float32."""

    points: np.ndarray
    up: np.ndarray
    down: np.ndarray

    @property
    def questions(self) -> tuple[np.ndarray, np.ndarray]:
        """The points above and those below, in rows: (p d, d) each."""
        return self.up.reshape(-1, self.up.shape[-1]), self.down.reshape(-1, self.down.shape[-1])

    def gradients(self, f_up: np.ndarray, f_down: np.ndarray) -> np.ndarray:
        """Central differences over the steps that float32 really made; the potential at `questions` -> (p, d)."""
        made = np.diagonal(self.up.astype(float) - self.down.astype(float), axis1=1, axis2=2)
        return np.asarray((f_up - f_down).reshape(made.shape) / made)


def draw_probes(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> Probes:
    """A third each at points of x, of y, and on segments between them; x, y: (n, d) float32."""
    third = int(np.clip(QUESTIONS // (2 * x.shape[1]), *PROBES)) // 3
    a, b = x[:third], y[:third]
    share = rng.random((third, 1))
    between = share * x[third : 2 * third] + (1 - share) * y[third : 2 * third]
    return probes_at(np.concatenate([a, b, between]))


def probes_around(probes: Probes, slopes: np.ndarray, rng: np.random.Generator) -> Probes:
    """New ones about those where the potential was found steepest; slopes: (p,)."""
    steep = np.repeat(probes.points[np.argsort(-slopes)[:STEEPEST]], AROUND, axis=0)
    return probes_at(steep + NEAR * rng.normal(size=steep.shape))


def probes_at(points: np.ndarray) -> Probes:
    points = points.astype(np.float32)
    steps = STEP * np.eye(points.shape[1], dtype=np.float32)
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
    points, order = points.astype(float), 1 if cost == "l1" else 2
    sides = rng.integers(len(points), size=(2, RANDOM_PAIRS))
    portions = zip(*(np.split(side, PORTIONS) for side in sides), strict=True)
    return max(steepest(f[i] - f[j], np.linalg.norm(points[i] - points[j], ord=order, axis=1)) for i, j in portions)


def mean_cosine(gradients: np.ndarray, true: np.ndarray) -> float:
    """Mean cosine between gradients (p, d), 0 where one vanishes."""
    lengths = np.linalg.norm(gradients, axis=1) * np.linalg.norm(true, axis=1)
    products = (gradients * true).sum(axis=1)
    return float(np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0).mean())
