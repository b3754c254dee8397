"""Uniformly random actions. It knows no value: 0."""

import numpy as np


class Method:
    def __init__(self, seed, device):
        self.rng = np.random.default_rng(seed)

    def begin(self, obs_dim, n_actions, low, high, gamma, entropy, n_envs, steps):
        self.n_actions, self.low, self.high = n_actions, low, high

    def observe(self, obs, action, reward, next_obs, terminated, truncated):
        pass

    def act(self, obs, explore):
        if self.n_actions:
            return self.rng.integers(self.n_actions, size=len(obs))
        return self.rng.uniform(self.low, self.high, (len(obs), len(self.low)))

    def policy(self, obs):
        return np.full((len(obs), self.n_actions), 1 / self.n_actions)

    def value(self, obs):
        return np.zeros(len(obs))
