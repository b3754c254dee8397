"""A pole on a cart, two links that swing, a car in a valley: steps like those of gymnasium's classic environments."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

NOTHING = np.zeros(0, np.float32)


@dataclass(frozen=True)
class CartPole:
    """State: place, speed, angle (0 upright), its speed. Each step pays 1; it is over where cart or pole go too far."""

    gravity: float = 9.8
    cart: float = 1.0  # kilograms
    pole: float = 0.1
    half_length: float = 0.5  # metres

    observed: ClassVar[int] = 4
    actions: ClassVar[int] = 2
    high: ClassVar[np.ndarray] = NOTHING
    episode: ClassVar[int] = 500
    force: ClassVar[float] = 10.0
    step: ClassVar[float] = 0.02  # seconds
    farthest: ClassVar[float] = 2.4
    steepest: ClassVar[float] = float(np.radians(12))

    def start(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return rng.uniform(-0.05, 0.05, (n, 4))

    def seen(self, state: np.ndarray) -> np.ndarray:
        return state.astype(np.float32)

    def move(self, state: np.ndarray, action: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        _, speed, angle, turn = state.T
        total, cosine, sine = self.cart + self.pole, np.cos(angle), np.sin(angle)
        moment = self.pole * self.half_length
        push = (np.where(action == 1, self.force, -self.force) + moment * turn**2 * sine) / total
        turning = (self.gravity * sine - cosine * push) / (self.half_length * (4 / 3 - self.pole * cosine**2 / total))
        change = np.stack([speed, push - moment * turning * cosine / total, turn, turning], axis=1)
        after = state + self.step * change
        over = (np.abs(after[:, 0]) > self.farthest) | (np.abs(after[:, 2]) > self.steepest)
        return after, np.ones(len(state)), over

    def joints(self, state: np.ndarray) -> np.ndarray:
        foot = np.array([state[0] / self.farthest, -0.4])
        tip = foot + 0.9 * np.array([np.sin(state[2]), np.cos(state[2])])
        return np.array([foot - [0.2, 0], foot + np.array([0.2, 0]), foot, tip])


@dataclass(frozen=True)
class Acrobot:
    """Two links, a motor between them. State: angle of the first (0 hanging), of the second to it, their speeds.

    Each step costs 1 until the tip is a link's length above the pivot. Source: Sutton and Barto, the book's equations.
    """

    gravity: float = 9.8
    upper: float = 1.0  # kilograms
    lower: float = 1.0
    length: float = 1.0  # metres, of the upper link; the lower one's matters by its middle alone
    middle: float = 0.5  # of either link, where its mass is

    observed: ClassVar[int] = 6
    actions: ClassVar[int] = 3
    high: ClassVar[np.ndarray] = NOTHING
    episode: ClassVar[int] = 500
    step: ClassVar[float] = 0.2  # seconds
    inertia: ClassVar[float] = 1.0
    fastest: ClassVar[np.ndarray] = np.array([4 * np.pi, 9 * np.pi])

    def start(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return rng.uniform(-0.1, 0.1, (n, 4))

    def seen(self, state: np.ndarray) -> np.ndarray:
        first, second = state[:, 0], state[:, 1]
        angles = [np.cos(first), np.sin(first), np.cos(second), np.sin(second)]
        return np.column_stack([*angles, state[:, 2:]]).astype(np.float32)

    def move(self, state: np.ndarray, action: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        after = self.integrated(state, action - 1.0)
        after[:, :2] = (after[:, :2] + np.pi) % (2 * np.pi) - np.pi
        after[:, 2:] = np.clip(after[:, 2:], -self.fastest, self.fastest)
        over = -np.cos(after[:, 0]) - np.cos(after[:, 0] + after[:, 1]) > 1
        return after, np.where(over, 0.0, -1.0), over

    def integrated(self, state: np.ndarray, torque: np.ndarray) -> np.ndarray:
        """One step of the classical Runge-Kutta method."""
        h = self.step
        k1 = self.change(state, torque)
        k2 = self.change(state + h / 2 * k1, torque)
        k3 = self.change(state + h / 2 * k2, torque)
        k4 = self.change(state + h * k3, torque)
        return np.asarray(state + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4))

    def change(self, state: np.ndarray, torque: np.ndarray) -> np.ndarray:
        """The time derivative of the states."""
        first, second, turn, bend = state.T
        m1, m2, l1, c, g = self.upper, self.lower, self.length, self.middle, self.gravity
        swing = m2 * l1 * c
        own = m2 * c**2 + self.inertia
        both = m1 * c**2 + m2 * l1**2 + 2 * swing * np.cos(second) + own + self.inertia
        shared = own + swing * np.cos(second)
        fall = m2 * c * g * np.sin(first + second)
        pull = -swing * (bend**2 + 2 * bend * turn) * np.sin(second) + (m1 * c + m2 * l1) * g * np.sin(first) + fall
        bending = (torque + shared / both * pull - swing * turn**2 * np.sin(second) - fall) / (own - shared**2 / both)
        return np.stack([turn, bend, -(shared * bending + pull) / both, bending], axis=1)

    def joints(self, state: np.ndarray) -> np.ndarray:
        ends = np.cumsum(state[:2])
        knee, tip = np.cumsum(0.45 * np.stack([np.sin(ends), -np.cos(ends)], axis=1), axis=0)
        return np.array([np.zeros(2), knee, tip])


@dataclass(frozen=True)
class MountainCar:
    """A motor too weak for the hill. State: place, speed. A torque costs a tenth of its square, the goal pays 100."""

    power: float = 0.0015
    gravity: float = 0.0025

    observed: ClassVar[int] = 2
    actions: ClassVar[int] = 0
    high: ClassVar[np.ndarray] = np.ones(1, np.float32)
    episode: ClassVar[int] = 999
    left: ClassVar[float] = -1.2
    right: ClassVar[float] = 0.6
    goal: ClassVar[float] = 0.45
    fastest: ClassVar[float] = 0.07

    def start(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return np.stack([rng.uniform(-0.6, -0.4, n), np.zeros(n)], axis=1)

    def seen(self, state: np.ndarray) -> np.ndarray:
        return state.astype(np.float32)

    def move(self, state: np.ndarray, action: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        (place, speed), force = state.T, action[:, 0]
        speed = np.clip(speed + force * self.power - self.gravity * np.cos(3 * place), -self.fastest, self.fastest)
        place = np.clip(place + speed, self.left, self.right)
        speed = np.where((place == self.left) & (speed < 0), 0.0, speed)
        over = (place >= self.goal) & (speed >= 0)
        return np.stack([place, speed], axis=1), 100.0 * over - 0.1 * force**2, over

    def joints(self, state: np.ndarray) -> np.ndarray:
        """The valley, and a pole where the car is."""
        x = np.sort(np.append(np.linspace(self.left, self.right, 25), [state[0]] * 3))
        line = np.stack([(x - self.left) / (self.right - self.left) * 2 - 1, np.sin(3 * x) / 2 - 0.2], axis=1)
        line[np.searchsorted(x, state[0]) + 1, 1] += 0.4
        return line
