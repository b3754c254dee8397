"""Potentials of a form that a seed draws, and ways down them at slope one: the distances that follow are exact.

u is 1-Lipschitz for the cost and x falls by c(x, T x) on its way to T x. Then for any P, with Q the law of T x,

    W1(P, Q) = E c(x, T x) = E u(x) - E u(T x):  the plan (x, T x) costs what u certifies.

Moving towards the active centre of u = min_n c(x, a_n) + b_n, or down its active plane, stays in its cell. How many pieces
there are, where they lie and how far points move is the seed's.
"""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

PIECES = (3, 6)  # of a form: least and most
MOVES = (0.3, 0.7)  # what a move takes: a share of the way to the centre, or a length a coordinate
BLOCKS = (3, 5)  # coordinates of a block

Rng = np.random.Generator


@dataclass(frozen=True)
class Cones:
    """u = min_n c(x, a_n) + b_n; a point moves towards its centre, for the L1 cost by a share of its own each coordinate.

    centres: (k, d); heights: (k,); shares: (k, d) in [0, 1], for the L2 cost the same along a row.
    """

    cost: str
    centres: np.ndarray
    heights: np.ndarray
    shares: np.ndarray

    @classmethod
    def draw(cls, d: int, cost: str, rng: Rng) -> "Cones":
        k = int(rng.integers(PIECES[0], PIECES[1], endpoint=True))
        shares = rng.uniform(*MOVES, (k, d if cost == "l1" else 1))
        return cls(cost, 1.5 * rng.normal(size=(k, d)), rng.uniform(0, 0.5, k), np.broadcast_to(shares, (k, d)))

    def _values(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(cdist(x, self.centres, "cityblock" if self.cost == "l1" else "euclidean") + self.heights)

    def level(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(self._values(x).min(axis=1))

    def slope(self, x: np.ndarray) -> np.ndarray:
        way = x - self.centres[self._values(x).argmin(axis=1)]
        return np.asarray(np.sign(way) if self.cost == "l1" else way / np.linalg.norm(way, axis=1, keepdims=True))

    def move(self, x: np.ndarray) -> np.ndarray:
        active = self._values(x).argmin(axis=1)
        return np.asarray(x - self.shares[active] * (x - self.centres[active]))


@dataclass(frozen=True)
class Planes:
    """u = min_n w_n x + b_n with w_n in {-1, 1}^d, for the L1 cost: each coordinate moves against its sign.

    signs, lengths: (k, d); heights: (k,).
    """

    signs: np.ndarray
    heights: np.ndarray
    lengths: np.ndarray

    @classmethod
    def draw(cls, d: int, cost: str, rng: Rng) -> "Planes":
        k = int(rng.integers(PIECES[0], PIECES[1], endpoint=True))
        signs = rng.choice([-1.0, 1.0], (k, d))
        return cls(signs, 0.5 * rng.normal(size=k), rng.uniform(*MOVES, (k, d)))

    def _values(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(x @ self.signs.T + self.heights)

    def level(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(self._values(x).min(axis=1))

    def slope(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(self.signs[self._values(x).argmin(axis=1)])

    def move(self, x: np.ndarray) -> np.ndarray:
        active = self._values(x).argmin(axis=1)
        return np.asarray(x - self.lengths[active] * self.signs[active])


@dataclass(frozen=True)
class Blocks:
    """A sum of cones over blocks of coordinates, for the L1 cost, which is such a sum itself.

    Which coordinates belong together is drawn; within a block they don't add up, so sorting axes is not enough.
    """

    coordinates: tuple[np.ndarray, ...]
    cones: tuple[Cones, ...]

    @classmethod
    def draw(cls, d: int, cost: str, rng: Rng) -> "Blocks":
        order, blocks = rng.permutation(d), []
        while len(order):
            size = int(rng.integers(BLOCKS[0], BLOCKS[1], endpoint=True))
            blocks.append(order[:size])
            order = order[size:]
        return cls(tuple(blocks), tuple(Cones.draw(len(block), cost, rng) for block in blocks))

    def level(self, x: np.ndarray) -> np.ndarray:
        parts = zip(self.coordinates, self.cones, strict=True)
        return np.asarray(sum(cones.level(x[:, block]) for block, cones in parts))

    def slope(self, x: np.ndarray) -> np.ndarray:
        return self._joined(x, [cones.slope(x[:, b]) for b, cones in zip(self.coordinates, self.cones, strict=True)])

    def move(self, x: np.ndarray) -> np.ndarray:
        return self._joined(x, [cones.move(x[:, b]) for b, cones in zip(self.coordinates, self.cones, strict=True)])

    def _joined(self, x: np.ndarray, parts: list[np.ndarray]) -> np.ndarray:
        whole = np.empty_like(x)
        for block, part in zip(self.coordinates, parts, strict=True):
            whole[:, block] = part
        return whole


Form = Cones | Planes | Blocks


@dataclass(frozen=True)
class Mixture:
    """Gaussians with means (k, d) and factors (k, d, d) of their covariances, chosen with these weights (k,)."""

    weights: np.ndarray
    means: np.ndarray
    factors: np.ndarray

    @classmethod
    def draw(cls, d: int, rng: Rng) -> "Mixture":
        """Three to six components, each turned at random, standard deviations of .5 to 1.3 along its own axes."""
        k = int(rng.integers(PIECES[0], PIECES[1], endpoint=True))
        turns = np.linalg.qr(rng.normal(size=(k, d, d)))[0]
        means = rng.uniform(0.4, 1) * rng.normal(size=(k, d))
        return cls(rng.dirichlet(np.full(k, 4.0)), means, turns * rng.uniform(0.5, 1.3, (k, 1, d)))

    def sample(self, n: int, rng: Rng) -> np.ndarray:
        """(n, d) float64, in random order."""
        which = rng.choice(len(self.weights), n, p=self.weights)
        z, x = rng.normal(size=(n, self.means.shape[1])), np.empty((n, self.means.shape[1]))
        for number, (mean, factor) in enumerate(zip(self.means, self.factors, strict=True)):
            rows = which == number
            x[rows] = mean + z[rows] @ factor.T
        return x
