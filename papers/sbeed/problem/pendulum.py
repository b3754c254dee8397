"""A torque-limited pendulum, many at once, in steps like those of gymnasium's Pendulum-v1. The angle is 0 upright."""

from dataclasses import dataclass
from typing import Self

import numpy as np

STEP, EPISODE = 0.05, 200  # seconds; steps
FASTEST, STRONGEST = 8.0, 2.0  # radians a second; newton metres
JITTER = 0.1  # relative, of each physical constant
OBSERVED = 3  # numbers


@dataclass(frozen=True)
class Physics:
    """Metres, kilograms, seconds."""

    gravity: float = 10.0
    mass: float = 1.0
    length: float = 1.0

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Self:
        """Each constant within 10 % of the nominal one."""
        return cls(*(np.array([10.0, 1.0, 1.0]) * rng.uniform(1 - JITTER, 1 + JITTER, 3)).tolist())


class Pendulums:
    """n of them, each (angle, speed), started anew after 200 steps. Nothing terminates: an episode is cut."""

    def __init__(self, n: int, physics: Physics, rng: np.random.Generator) -> None:
        self.physics, self._rng = physics, rng
        self.angle, self.speed = np.zeros(n), np.zeros(n)
        self.reset()

    def reset(self) -> np.ndarray:
        """Start all of them anew; returns what is seen: (n, 3)."""
        n = len(self.angle)
        self.angle, self.speed = self._rng.uniform(-np.pi, np.pi, n), self._rng.uniform(-1, 1, n)
        self.age = 0
        return self.seen()

    def seen(self) -> np.ndarray:
        """Cosine, sine and speed: (n, 3) float32."""
        return np.stack([np.cos(self.angle), np.sin(self.angle), self.speed], axis=1).astype(np.float32)

    def step(self, torque: np.ndarray) -> np.ndarray:
        """Move by (n,) torques, cut at 2; returns rewards (n,)."""
        torque = np.clip(torque, -STRONGEST, STRONGEST)
        upright = (self.angle + np.pi) % (2 * np.pi) - np.pi
        reward = -(upright**2 + 0.1 * self.speed**2 + 0.001 * torque**2)
        g, m, length = self.physics.gravity, self.physics.mass, self.physics.length
        push = 3 * g / (2 * length) * np.sin(self.angle) + 3 / (m * length**2) * torque
        self.speed = np.clip(self.speed + push * STEP, -FASTEST, FASTEST)
        self.angle = self.angle + self.speed * STEP
        self.age += 1
        return np.asarray(reward)

    @property
    def is_over(self) -> bool:
        return self.age >= EPISODE


def random_return(physics: Physics, rng: np.random.Generator, episodes: int = 400) -> float:
    """The mean return of uniformly random torques."""
    pendulums = Pendulums(episodes, physics, rng)
    total = np.zeros(episodes)
    while not pendulums.is_over:
        total += pendulums.step(rng.uniform(-STRONGEST, STRONGEST, episodes))
    return float(total.mean())


def picture(angle: float, side: int = 48) -> np.ndarray:
    """The rod as seen from the side, upright at 0: (side, side) in [0, 1]."""
    grid = (np.arange(side) + 0.5) / side * 2 - 1
    x, y = np.meshgrid(grid, -grid)
    tip = np.array([-np.sin(angle), np.cos(angle)]) * 0.8
    along = np.clip(x * tip[0] + y * tip[1], 0, 0.64) / 0.64
    apart = np.hypot(x - along * tip[0], y - along * tip[1])
    return np.asarray(np.clip(1.5 - apart / 0.06, 0, 1))
