"""Environments to act in, many at once: a model says how one moves, `Environments` counts, ends and starts anew."""

from dataclasses import fields, replace
from itertools import pairwise
from typing import Any, Protocol, TypeVar

import numpy as np

JITTER = 0.1  # relative, of each physical constant
RANDOM_STEPS, FEWEST_EPISODES = 80_000, 20  # of random actions, to know what they get
SIDE, STROKE = 48, 0.06  # of a picture in pixels, of a rod relative to half of it


class Model(Protocol):
    """How one kind of environment moves: n states (n, k) at a time, float64, nothing kept between calls."""

    @property
    def observed(self) -> int:
        """How many numbers are seen."""

    @property
    def actions(self) -> int:
        """How many there are; 0: they are continuous, within -high and high."""

    @property
    def high(self) -> np.ndarray:
        """(act_dim,) float32, empty where actions are counted."""

    @property
    def episode(self) -> int:
        """Steps after which it is cut."""

    def start(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n states to start from."""

    def move(self, state: np.ndarray, action: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The next states, rewards (n,), and whether it is over for good, (n,) bool. action: (n, act_dim) or (n,) int64."""

    def seen(self, state: np.ndarray) -> np.ndarray:
        """What a method sees: (n, observed) float32."""

    def joints(self, state: np.ndarray) -> np.ndarray:
        """The corners of a line that pictures one state (k,), within -1 and 1: (corners, 2), none where it has no picture."""


AnyModel = TypeVar("AnyModel", bound=Model)


def jittered(model: AnyModel, rng: np.random.Generator) -> AnyModel:
    """The same with each of its physical constants, which are the fields of its dataclass, within 10 %."""
    constants: Any = model
    changes = {
        field.name: getattr(model, field.name) * rng.uniform(1 - JITTER, 1 + JITTER) for field in fields(constants)
    }
    changed: AnyModel = replace(constants, **changes)
    return changed


class Environments:
    """n of one kind, each started anew when it is over or cut."""

    def __init__(self, n: int, model: Model, rng: np.random.Generator) -> None:
        self.model, self._rng = model, rng
        self.state, self.age = model.start(n, rng), np.zeros(n, int)

    def seen(self) -> np.ndarray:
        return self.model.seen(self.state)

    def step(self, action: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Move all; returns rewards (n,), whether each is over, and whether it is cut by its time, both (n,) bool.

        Actions beyond what is possible are cut.
        """
        if len(self.model.high):
            action = np.clip(action, -self.model.high, self.model.high)
        self.state, reward, over = self.model.move(self.state, action)
        self.age = self.age + 1
        return reward, over, ~over & (self.age >= self.model.episode)

    def renew(self, which: np.ndarray) -> None:
        """Start those anew, (n,) bool."""
        if which.any():
            self.state, self.age = self.state.copy(), np.where(which, 0, self.age)
            self.state[which] = self.model.start(int(which.sum()), self._rng)


def random_actions(model: Model, n: int, rng: np.random.Generator) -> np.ndarray:
    if model.actions:
        return rng.integers(model.actions, size=n)
    return np.asarray(rng.uniform(-model.high, model.high, (n, len(model.high))))


def random_return(model: Model, rng: np.random.Generator, episodes: int = 0) -> float:
    """The mean return of uniformly random actions; episodes: unless said as many as make 80,000 steps where none ends early."""
    n = episodes or max(FEWEST_EPISODES, RANDOM_STEPS // model.episode)
    many, total, goes_on = Environments(n, model, rng), np.zeros(n), np.ones(n, bool)
    while goes_on.any():
        reward, over, cut = many.step(random_actions(model, n, rng))
        total += reward * goes_on
        goes_on &= ~(over | cut)
    return float(total.mean())


def picture(joints: np.ndarray) -> np.ndarray:
    """A line through these corners, (corners, 2) within -1 and 1: (48, 48) in [0, 1]."""
    grid = (np.arange(SIDE) + 0.5) / SIDE * 2 - 1
    at = np.stack(np.meshgrid(grid, -grid), axis=-1)
    apart = np.full((SIDE, SIDE), 2.0)
    for start, end in pairwise(joints):
        along = np.clip((at - start) @ (end - start) / max(float((end - start) @ (end - start)), 1e-9), 0, 1)
        apart = np.minimum(apart, np.linalg.norm(at - start - along[..., None] * (end - start), axis=-1))
    return np.asarray(np.clip(1.5 - apart / STROKE, 0, 1))
