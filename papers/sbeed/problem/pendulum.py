"""A torque-limited pendulum in steps like those of gymnasium's Pendulum-v1. State: angle, 0 upright, and speed."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

STEP = 0.05  # seconds
FASTEST, STRONGEST = 8.0, 2.0  # radians a second; newton metres


@dataclass(frozen=True)
class Pendulum:
    """Metres, kilograms, seconds. Nothing ends it: an episode is cut."""

    gravity: float = 10.0
    mass: float = 1.0
    length: float = 1.0

    observed: ClassVar[int] = 3
    actions: ClassVar[int] = 0
    high: ClassVar[np.ndarray] = np.full(1, STRONGEST, np.float32)
    episode: ClassVar[int] = 200

    def start(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return np.stack([rng.uniform(-np.pi, np.pi, n), rng.uniform(-1, 1, n)], axis=1)

    def seen(self, state: np.ndarray) -> np.ndarray:
        """Cosine, sine and speed."""
        return np.stack([np.cos(state[:, 0]), np.sin(state[:, 0]), state[:, 1]], axis=1).astype(np.float32)

    def move(self, state: np.ndarray, action: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        (angle, speed), torque = state.T, action[:, 0]
        upright = (angle + np.pi) % (2 * np.pi) - np.pi
        reward = -(upright**2 + 0.1 * speed**2 + 0.001 * torque**2)
        push = 3 * self.gravity / (2 * self.length) * np.sin(angle) + 3 / (self.mass * self.length**2) * torque
        speed = np.clip(speed + push * STEP, -FASTEST, FASTEST)
        return np.stack([angle + speed * STEP, speed], axis=1), reward, np.zeros(len(angle), bool)

    def joints(self, state: np.ndarray) -> np.ndarray:
        return np.array([(0, 0), (-0.8 * np.sin(state[0]), 0.8 * np.cos(state[0]))])
