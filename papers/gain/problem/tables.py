"""The tables to impute, and the disguise in which a method meets them."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.stats import norm, rankdata

from papers.data import dataset

NOISE = 0.3  # standard deviation of eps in the synthetic tables
SYNTHETIC = ("factor", "curved")
ROWS, COLUMNS = 400, 10
TWIN = "-twin"
SHARE = 0.8  # of a real table's rows


@dataclass(frozen=True)
class Generator:
    """x_j = f_j(u) + NOISE eps with u ~ N(0, I_2): the truth behind a synthetic table.

    weight: (d, 2), frequency, phase: (d,), centre, spread: (d,) standardise each f_j over u; a `factor` table has
    frequency 0, for which f_j is linear.
    """

    weight: np.ndarray
    frequency: np.ndarray
    phase: np.ndarray
    centre: np.ndarray
    spread: np.ndarray

    @classmethod
    def draw(cls, name: str, rng: np.random.Generator) -> Self:
        weight = rng.normal(size=(COLUMNS, 2))
        weight /= np.linalg.norm(weight, axis=1, keepdims=True)
        is_curved = name == "curved"
        frequency = rng.uniform(1, 1.8, COLUMNS) * is_curved
        phase = rng.uniform(-np.pi, np.pi, COLUMNS) * is_curved
        raw = cls(weight, frequency, phase, np.zeros(COLUMNS), np.ones(COLUMNS))
        # |w_j| = 1, so w_j.u is N(0, 1): one dimension of quadrature standardises f_j exactly.
        nodes, quadrature = np.polynomial.hermite_e.hermegauss(80)
        quadrature /= quadrature.sum()
        values = raw._shape(np.repeat(nodes[:, None], COLUMNS, axis=1))
        centre = quadrature @ values
        spread = np.sqrt(quadrature @ (values - centre) ** 2)
        return cls(weight, frequency, phase, centre, spread)

    def _shape(self, projection: np.ndarray) -> np.ndarray:
        """f before standardising; projection: (n, d), w_j.u."""
        curved = np.sin(self.frequency * projection + self.phase) + 0.3 * projection
        return np.where(self.frequency > 0, curved, projection)

    def mean(self, u: np.ndarray) -> np.ndarray:
        """f(u): (n, 2) -> (n, d)."""
        return np.asarray((self._shape(u @ self.weight.T) - self.centre) / self.spread)

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw rows: (n, d)."""
        mean = self.mean(rng.normal(size=(n, 2)))
        return mean + NOISE * rng.normal(size=mean.shape)


@dataclass(frozen=True)
class Table:
    """The truth of one play. x: (n, d) float64 without gaps; `learnt`: rows from which a label is learnt, of the others told."""

    x: np.ndarray
    categorical: np.ndarray  # (d,) bool
    generator: Generator | None = None
    label: np.ndarray | None = None  # (n,)
    learnt: np.ndarray | None = None  # (n,) bool


def load(name: str, rng: np.random.Generator, *, whole: bool = False) -> Table:
    """Draw a synthetic table, or 80 % of a real one's rows, its continuous cells moved by 1 % of their column's spread.

    Where it is wanted whole, the other rows come after these 80 %, with gaps like all of them. The move becomes part of the
    truth: it keeps a method from looking the value up in the public table. "NAME-twin" is a synthetic table in the place of
    the public one.
    """
    if name in SYNTHETIC:
        generator = Generator.draw(name, rng)
        return Table(generator.sample(ROWS, rng), np.zeros(COLUMNS, bool), generator)
    arrays = dataset(name.removesuffix(TWIN))
    if name.endswith(TWIN):
        arrays = twin(arrays, rng)
    x, categorical = arrays["x"], arrays["categorical"]
    order = rng.permutation(len(x))
    shown = round(SHARE * len(x))
    kept = order if whole else order[:shown]
    moved = x[kept] + np.where(categorical, 0, 0.01 * x.std(axis=0)) * rng.normal(size=(len(kept), x.shape[1]))
    label = arrays.get("label")
    return Table(moved, categorical, None, None if label is None else label[kept], np.arange(len(kept)) < shown)


def twin(arrays: dict[str, np.ndarray], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw a table with the columns' marginal distributions and rank correlations, and none of the rows.

    A Gaussian copula: normal scores of the columns, their correlations, a draw, and back through the quantiles.
    """
    x = arrays["x"]
    n, d = x.shape
    spread = np.where(x.std(axis=0) > 0, x.std(axis=0), 1)  # a constant column's ranks are drawn
    scores = norm.ppf((rankdata(x + 1e-9 * spread * rng.normal(size=x.shape), axis=0) - 0.5) / n)
    drawn = rng.normal(size=(n, d)) @ _root(np.corrcoef(scores, rowvar=False)).T
    share = norm.cdf(drawn)
    method = ["inverted_cdf" if is_code else "linear" for is_code in arrays["categorical"]]
    columns = [np.quantile(x[:, j], share[:, j], method=method[j]) for j in range(d)]  # type: ignore[call-overload]
    return {"x": np.column_stack(columns), "categorical": arrays["categorical"]}


def _root(correlation: np.ndarray) -> np.ndarray:
    """A square root of a correlation matrix that rounding may have left slightly indefinite."""
    values, vectors = np.linalg.eigh(correlation)
    return np.asarray(vectors * np.sqrt(np.clip(values, 0, None)))


@dataclass(frozen=True)
class Disguise:
    """Columns in another order and other units: y = (scale x + shift)[:, order]."""

    order: np.ndarray  # (d,) a permutation
    scale: np.ndarray  # (d,)
    shift: np.ndarray  # (d,)

    @classmethod
    def draw(cls, table: Table, rng: np.random.Generator) -> Self:
        """Continuous columns get a random sign, unit and origin; codes are reflected at random."""
        d = table.x.shape[1]
        sign = rng.choice([-1.0, 1.0], d)
        spread = table.x.std(axis=0)
        scale = sign * rng.uniform(0.5, 2, d) / np.where(spread > 0, spread, 1)
        shift = rng.uniform(-1, 1, d)
        reflected = table.x.min(axis=0) + table.x.max(axis=0)
        order = rng.permutation(d)
        is_code = table.categorical
        return cls(order, np.where(is_code, sign, scale), np.where(is_code, np.where(sign < 0, reflected, 0), shift))

    def apply(self, x: np.ndarray) -> np.ndarray:
        """(n, d) in true units -> (n, d) as the method sees it."""
        return np.asarray((self.scale * x + self.shift)[:, self.order])

    def undo(self, y: np.ndarray) -> np.ndarray:
        """(n, d) as the method sees it -> (n, d) in true units."""
        x = np.empty_like(y, dtype=float)
        x[:, self.order] = y
        return np.asarray((x - self.shift) / self.scale)
