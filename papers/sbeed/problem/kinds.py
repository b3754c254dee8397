"""The environments by name, each with constants that nobody is told, and the return that counts as having learnt."""

import importlib
from collections.abc import Callable

import numpy as np

from papers.sbeed.problem.classic import Acrobot, CartPole, MountainCar
from papers.sbeed.problem.environments import Model, jittered
from papers.sbeed.problem.pendulum import Pendulum

Rng = np.random.Generator
VECTORISED: dict[str, Callable[[Rng], Model]] = {
    "pendulum": lambda rng: jittered(Pendulum(), rng),
    "cartpole": lambda rng: jittered(CartPole(), rng),
    "acrobot": lambda rng: jittered(Acrobot(), rng),
    "mountain-car": lambda rng: jittered(MountainCar(), rng),
}
# Published returns lie about the pendulum's; an unbroken cartpole; published for the acrobot; what gymnasium calls solved
# on the hill; a double pendulum that stands still; SAC's published ones after a million steps for the other bodies.
REFERENCES = {
    "pendulum": -150.0,
    "cartpole": 500.0,
    "acrobot": -74.0,
    "mountain-car": 90.0,
    "inverted-double-pendulum": 9360.0,
    "half-cheetah": 9535.0,
    "swimmer": 346.0,
    "hopper": 2326.0,
}


def draw_model(name: str, rng: Rng) -> Model:
    """The environment of this name, its constants drawn. Raises KeyError; ImportError where its packages are missing."""
    if name in VECTORISED:
        return VECTORISED[name](rng)
    body: Model = importlib.import_module("papers.sbeed.problem.mujoco").Body(name, rng)
    return body
