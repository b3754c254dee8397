"""Pairs of distributions whose W1 is known: by one-dimensional integrals, or by duality.

One family is published whole; the form of the others is drawn from the seed: `forms`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from papers.wgan_ts.problem.forms import Blocks, Cones, Form, Mixture, Planes

GRID = np.linspace(-60, 60, 24_001)  # on which distribution functions are compared; their tails end within it
DRAWS, CHUNK = 200_000, 20_000

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


def downhill(kind: type[Form], cost: str, *, is_spread: bool | None = None) -> Callable[[int, Rng], Pair]:
    """A family whose form each seed draws: a mixture, and its points moved down a potential.

    Where `is_spread`, the moved points are P, so that Q lies farther out; None: the seed says.
    """

    def draw(d: int, rng: Rng) -> Pair:
        mixture, form = Mixture.draw(d, rng), kind.draw(d, cost, rng)
        turned = bool(rng.integers(2)) if is_spread is None else is_spread
        sign = -1.0 if turned else 1.0

        def moved(n: int, rng: Rng) -> np.ndarray:
            return form.move(mixture.sample(n, rng))

        p, q = (moved, mixture.sample) if turned else (mixture.sample, moved)
        return Pair(
            cost=cost,
            truth=mean_way(form, mixture, cost, rng),
            p=p,
            q=q,
            potential=lambda z: sign * form.level(z),
            gradient=lambda z: sign * form.slope(z),
        )

    return draw


def mean_way(form: Form, mixture: Mixture, cost: str, rng: Rng) -> float:
    """E c(x, T x): the mean of DRAWS draws."""

    def way(x: np.ndarray) -> float:
        return float(np.linalg.norm(x - form.move(x), 1 if cost == "l1" else 2, axis=1).mean())

    return float(np.mean([way(mixture.sample(CHUNK, rng)) for _ in range(DRAWS // CHUNK)]))


MARGINS = {"laplace": laplace, "uniform": uniform, "exponential": exponential}
FAMILIES: dict[str, Callable[[int, Rng], Pair]] = {
    "product": product,
    "planes": downhill(Planes, "l1"),
    "blocks": downhill(Blocks, "l1"),
    "cones": downhill(Cones, "l2", is_spread=False),
    "fans": downhill(Cones, "l2", is_spread=True),
}
