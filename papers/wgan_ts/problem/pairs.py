"""Pairs of distributions whose W1 is known: by a closed form, by one-dimensional integrals, or by duality."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, ndtr

GRID = np.linspace(-60, 60, 24_001)  # on which distribution functions are compared; their tails end within it
CENTRES = 4
MOVED = 0.5  # a funnel's point moves this share of the way to its centre
DRAWS, CHUNK = 1_000_000, 50_000

Rng = np.random.Generator
Cdf = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Pair:
    """P, Q and the truth between them.

    p, q: draw (n, d) points; potential: (k, d) -> (k,), 1-Lipschitz for the cost, with W1 = E_P f - E_Q f;
    gradient: its gradient (k, d) -> (k, d) where the family has it in closed form.
    """

    cost: str  # "l1" or "l2"
    truth: float
    p: Callable[[int, Rng], np.ndarray]
    q: Callable[[int, Rng], np.ndarray]
    potential: Callable[[np.ndarray], np.ndarray]
    gradient: Callable[[np.ndarray], np.ndarray] | None = None

    def sample(self, n: int, rng: Rng) -> tuple[np.ndarray, np.ndarray]:
        """n points of each: (n, d) and (n, d), float32."""
        return self.p(n, rng).astype(np.float32), self.q(n, rng).astype(np.float32)


def make_pair(family: str, d: int, rng: Rng) -> Pair:
    """Draw the parameters of a pair in d dimensions. Raises KeyError for an unknown family."""
    return FAMILIES[family](d, rng)


def normal(d: int) -> Callable[[int, Rng], np.ndarray]:
    return lambda n, rng: rng.normal(size=(n, d))


def shift(d: int, rng: Rng) -> Pair:
    """N(0, I) against N(t, I): W1 = |t|_1 for the L1 cost."""
    t = rng.uniform(0.3, 0.7, d) * rng.choice([-1.0, 1.0], d)
    sign = np.sign(t)
    return Pair(
        cost="l1",
        truth=float(np.abs(t).sum()),
        p=normal(d),
        q=lambda n, rng: t + rng.normal(size=(n, d)),
        potential=lambda z: -z @ sign,
        gradient=lambda z: np.broadcast_to(-sign, z.shape),
    )


def product(d: int, rng: Rng) -> Pair:
    """N(0, I) against independent coordinates of other shapes and equal means.

    For the L1 cost W1 between product measures is the sum over coordinates of int |F - G|, and a potential is the sum
    of f_k with f_k' = -sign(F - G).
    """
    kinds, spreads = rng.choice(list(MARGINS), d), rng.uniform(1.5, 2.5, d)
    margins = [MARGINS[kind](spread) for kind, spread in zip(kinds, spreads, strict=True)]
    differences = np.array([ndtr(GRID) - cdf(GRID) for _, cdf in margins])
    heights = -np.cumsum(np.sign(differences), axis=1) * (GRID[1] - GRID[0])

    def potential(z: np.ndarray) -> np.ndarray:
        return np.asarray(sum(np.interp(z[:, k], GRID, heights[k]) for k in range(d)))

    return Pair(
        cost="l1",
        truth=float(np.trapezoid(np.abs(differences), GRID, axis=1).sum()),
        p=normal(d),
        q=lambda n, rng: np.column_stack([draw(n, rng) for draw, _ in margins]),
        potential=potential,
    )


def laplace(sd: float) -> tuple[Callable[[int, Rng], np.ndarray], Cdf]:
    scale = sd / np.sqrt(2)
    return (
        lambda n, rng: rng.laplace(0, scale, n),
        lambda x: np.where(x < 0, 0.5 * np.exp(np.minimum(x, 0) / scale), 1 - 0.5 * np.exp(-np.maximum(x, 0) / scale)),
    )


def uniform(sd: float) -> tuple[Callable[[int, Rng], np.ndarray], Cdf]:
    half = sd * np.sqrt(3)
    return lambda n, rng: rng.uniform(-half, half, n), lambda x: np.clip((x + half) / (2 * half), 0, 1)


def exponential(sd: float) -> tuple[Callable[[int, Rng], np.ndarray], Cdf]:
    """Centred: it begins at -sd."""
    return (
        lambda n, rng: rng.exponential(sd, n) - sd,
        lambda x: -np.expm1(-np.maximum(x + sd, 0) / sd),
    )


def scale(d: int, rng: Rng) -> Pair:
    """N(0, I) against N(0, s^2 I): W1 = (s - 1) E|x| for the L2 cost, along rays."""
    s = rng.uniform(1.4, 1.8)
    return Pair(
        cost="l2",
        truth=float((s - 1) * np.sqrt(2) * np.exp(gammaln((d + 1) / 2) - gammaln(d / 2))),
        p=normal(d),
        q=lambda n, rng: s * rng.normal(size=(n, d)),
        potential=lambda z: -np.linalg.norm(z, axis=1),
        gradient=lambda z: -z / np.linalg.norm(z, axis=1, keepdims=True),
    )


def funnel(d: int, rng: Rng) -> Pair:
    """N(0, I) against T(N(0, I)), T(x) = x - MOVED (x - a_n), n = argmin_n |x - a_n| + b_n.

    Moving towards the active centre stays in its cell, so u = min_n |x - a_n| + b_n falls by exactly the way moved:
    W1 = E MOVED |x - a_n|, here the mean of DRAWS draws.
    """
    centres, heights = 1.5 * rng.normal(size=(CENTRES, d)), rng.uniform(0, 0.5, CENTRES)

    def cones(x: np.ndarray) -> np.ndarray:
        return np.stack([np.linalg.norm(x - a, axis=1) for a in centres], axis=1) + heights

    def pull(x: np.ndarray) -> np.ndarray:
        return np.asarray(x - centres[cones(x).argmin(axis=1)])

    def ways(rng: Rng) -> float:
        means = [np.linalg.norm(pull(rng.normal(size=(CHUNK, d))), axis=1).mean() for _ in range(DRAWS // CHUNK)]
        return float(np.mean(means))

    def moved(n: int, rng: Rng) -> np.ndarray:
        x = rng.normal(size=(n, d))
        return x - MOVED * pull(x)

    return Pair(
        cost="l2",
        truth=MOVED * ways(rng),
        p=normal(d),
        q=moved,
        potential=lambda z: cones(z).min(axis=1),
        gradient=lambda z: pull(z) / np.linalg.norm(pull(z), axis=1, keepdims=True),
    )


MARGINS = {"laplace": laplace, "uniform": uniform, "exponential": exponential}
FAMILIES: dict[str, Callable[[int, Rng], Pair]] = {
    "shift": shift,
    "product": product,
    "scale": scale,
    "funnel": funnel,
}
