"""The questions of a play: the gate's and the timed ones, which look alike. Each is a problem with its check's name."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from papers.differentiable_dp.dp_operators.cases import Program

CHECKS = {
    "plain": "random scores, whole and unequal lengths, smoothing from .1 to 10",
    "ties": "scores that tie exactly",
    "large": "scores of ±10,000",
    "small": "a single state, a single step, a single row",
    "smoothing": "smoothing of .001 and of 100",
    "bounds": "values within the paper's bounds around the hard optimum",
    "long": "the lengths that are timed, and float32 over 500 steps",
}


@dataclass(frozen=True)
class Probe:
    """theta and z as the method gets them, z empty where no product is asked; sizes: (lengths,) or (rows, cols).

    timed: the length, 0 for the gate alone.
    """

    check: str
    theta: np.ndarray
    z: np.ndarray
    sizes: tuple[np.ndarray, ...]
    gamma: float
    has_product: bool = True
    timed: int = 0

    def members(self, rows: np.ndarray) -> "Probe":
        """The problem of some members of the batch alone, copied."""
        sizes = tuple(size[rows] for size in self.sizes)
        return replace(self, theta=self.theta[rows], z=self.z[rows] if self.has_product else self.z, sizes=sizes)


@dataclass(frozen=True)
class Recipe:
    """A problem before its numbers are drawn. gamma None: drawn too, from `gammas`; dtype None: float32 where it will do.

    A timed recipe asks for value and gradient, or, if `has_product`, for the product alone; one of the gate's for both.
    """

    check: str
    shape: tuple[int, ...]
    gamma: float | None = None
    gammas: tuple[float, float] = (0.1, 10.0)
    dtype: type[np.floating[Any]] | None = None
    has_product: bool = False
    is_unequal: bool = True
    has_ties: bool = False
    scale: float = 1.0
    timed: int = 0


def stages(program: Program, rng: np.random.Generator, *, repeats: int, products: int) -> Iterator[list[Recipe]]:
    """For each timed length its recipes: a share of the gate's among the timed ones, shuffled.

    The very first two, one of each type, belong to the gate: whoever compiles does so there.
    """
    gate = gate_of(program)
    first, rest = [gate[0], gate[4]], [gate[place] for place in rng.permutation(len(gate)) if place not in (0, 4)]
    share = -(-len(rest) // len(program.steps))
    for index, steps in enumerate(program.steps):
        gradient = timed(program, steps)
        mixed = [*rest[index * share : (index + 1) * share], *repeats * [gradient]]
        mixed += products * [replace(gradient, has_product=True)]
        yield [*(first if index == 0 else ()), *(mixed[place] for place in rng.permutation(len(mixed)))]


def timed(program: Program, steps: int) -> Recipe:
    """Whole problems of this length, smoothed about as much as in the paper's experiments, where gamma is 1."""
    shape = shape_of(program, steps, batch=program.batch)
    return Recipe("long", shape, gammas=(0.5, 2.0), is_unequal=False, timed=steps)


def shape_of(program: Program, steps: int, *, batch: int, states: int | None = None, cols: int = 0) -> tuple[int, ...]:
    if program.kind == "dtw":
        return (batch, steps, cols or steps)
    states = states or program.states
    return (batch, steps, states, states)


def gate_of(program: Program) -> list[Recipe]:
    """The recipes of the gate."""
    batch = min(program.batch, 8)
    has_curvature = program.op == "entropy"  # of l2, ties may lie on a kink of the gradient
    small = Recipe("plain", shape_of(program, 17, batch=batch, states=5, cols=23), dtype=np.float64, has_product=True)
    tall = replace(small, shape=shape_of(program, 20, batch=batch, states=5, cols=13))
    single = replace(small, dtype=np.float32, has_product=False)
    recipes = [
        *(replace(small, gamma=gamma) for gamma in (0.1, 1.0, 10.0)),
        replace(tall, gamma=1.0, is_unequal=False),
        *(replace(single, gamma=gamma) for gamma in (0.3, 3.0)),
        *(replace(small, check="ties", has_ties=True, gamma=gamma, has_product=has_curvature) for gamma in (0.7, 2.0)),
        *(replace(small, check="large", scale=1e4, gamma=gamma) for gamma in (0.1, 10.0)),
        *(replace(small, check="smoothing", gamma=gamma) for gamma in (1e-3, 1e2)),
        replace(small, check="small", shape=shape_of(program, 1, batch=batch, cols=7)),
        replace(single, check="small", shape=shape_of(program, 2, batch=batch, states=1, cols=1), gamma=2.0),
        *(replace(tall, check="bounds", has_product=False) for _ in range(2)),
    ]
    if program.kind == "viterbi":
        recipes.append(
            replace(single, check="long", shape=shape_of(program, 500, batch=2), gamma=0.1, is_unequal=False)
        )
    return recipes


def draw(program: Program, recipe: Recipe, rng: np.random.Generator) -> Probe:
    """The problem of a recipe."""
    shape, limits = recipe.shape, recipe.shape[1:3] if program.kind == "dtw" else recipe.shape[1:2]
    needs_z = recipe.has_product  # of a long one, drawing costs as much as theta does
    dtype = recipe.dtype or (np.float64 if recipe.has_product and program.op == "l2" else np.float32)
    theta = rng.integers(0, 2, shape) if recipe.has_ties else recipe.scale * rng.standard_normal(shape, dtype)
    sizes = tuple(
        rng.integers(1, limit + 1, shape[0]) if recipe.is_unequal else np.full(shape[0], limit, np.int64)
        for limit in limits
    )
    return Probe(
        check=recipe.check,
        theta=theta.astype(dtype, copy=False),
        z=rng.standard_normal(shape, dtype) if needs_z else np.empty(0, dtype),
        sizes=sizes,
        gamma=recipe.gamma or float(np.exp(rng.uniform(*np.log(recipe.gammas)))),
        has_product=recipe.has_product,
        timed=recipe.timed,
    )
