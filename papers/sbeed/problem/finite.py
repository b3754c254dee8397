"""Finite worlds under entropy: exact soft-optimal values by linear algebra, and what counted transitions say of them.

S states, A actions, discount gamma, smoothing entropy (the paper's lambda). Float64 throughout.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy.special import softmax, xlogy

ROUNDS = 200  # of policy iteration; a dozen are the rule
CLOSE = 1e-13  # of values, relative: policy iteration has ended


@dataclass(frozen=True)
class Transitions:
    """state, action, following: (N,) int64; reward: (N,) float64."""

    state: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    following: np.ndarray


@dataclass(frozen=True)
class World:
    """P: (S, A, S), rows sum to 1; R: (S, A); phi: (S, d), what is seen of each state."""

    P: np.ndarray
    R: np.ndarray
    gamma: float
    entropy: float
    phi: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:
        return self.R.shape[0], self.R.shape[1]

    def smoothed_by(self, entropy: float) -> Self:
        return replace(self, entropy=entropy)

    def q(self, v: np.ndarray) -> np.ndarray:
        """R + gamma P v: (S, A)."""
        return np.asarray(self.R + self.gamma * self.P @ v)

    def greedy(self, v: np.ndarray) -> np.ndarray:
        """softmax(q / lambda): (S, A); the first best action where lambda is 0."""
        q = self.q(v)
        if not self.entropy:
            return np.asarray(np.eye(self.shape[1])[q.argmax(axis=1)])
        return np.asarray(softmax(q / self.entropy, axis=1))

    def value_of(self, pi: np.ndarray) -> np.ndarray:
        """V_lambda^pi: (S,), the solution of a linear system. pi: (S, A), rows sum to 1."""
        gain = (pi * self.R - self.entropy * xlogy(pi, pi)).sum(axis=1)
        moves = np.einsum("sa,sat->st", pi, self.P)
        return np.asarray(np.linalg.solve(np.eye(len(gain)) - self.gamma * moves, gain))

    def optimum(self) -> np.ndarray:
        """V*_lambda: (S,), by policy iteration, which is Newton's method on the smoothed Bellman equation."""
        v = self.value_of(self.uniform())
        for _ in range(ROUNDS):
            last, v = v, self.value_of(self.greedy(v))
            if np.abs(v - last).max() <= CLOSE * max(1.0, float(np.abs(v).max())):
                return v
        raise ArithmeticError("policy iteration has not ended")

    def uniform(self) -> np.ndarray:
        return np.full(self.shape, 1 / self.shape[1])

    def bias_bound(self) -> float:
        """lambda log|A| / (1 - gamma): how much smoothing raises the optimal value at most."""
        return float(self.entropy * np.log(self.shape[1]) / (1 - self.gamma))

    def ceiling(self) -> float:
        """No policy's value is further from 0."""
        return float((np.abs(self.R).max() + self.entropy * np.log(self.shape[1])) / (1 - self.gamma))

    def sample(self, n: int, rng: np.random.Generator) -> Transitions:
        """n pairs of state and action, uniform with replacement, and where they led."""
        states, actions = self.shape
        state, action = rng.integers(states, size=n), rng.integers(actions, size=n)
        below = self.P.cumsum(axis=2)[state, action] <= rng.random(n)[:, None]
        following = np.minimum(below.sum(axis=1), states - 1)
        return Transitions(state, action, self.R[state, action], following)

    def counted(self, seen: Transitions) -> Self:
        """The world as the transitions tell it; of a pair that was never tried: no reward, and any state may follow."""
        states, actions = self.shape
        counts = np.zeros((states, actions, states))
        np.add.at(counts, (seen.state, seen.action, seen.following), 1)
        rewards = np.zeros((states, actions))
        np.add.at(rewards, (seen.state, seen.action), seen.reward)
        total = counts.sum(axis=2)
        tried = np.maximum(total, 1)
        P = np.where(total[..., None] > 0, counts / tried[..., None], 1 / states)
        return replace(self, P=P, R=rewards / tried)


def representable(world: World, v: np.ndarray) -> np.ndarray:
    """The closest to v that is linear in what is seen: (S,)."""
    return np.asarray(world.phi @ np.linalg.lstsq(world.phi, v, rcond=None)[0])
