"""Looks no further than the next reward: softmax of its mean over the entropy weight, by least squares on what is seen.

Where the action itself costs and nothing else of the reward depends on it, as in a pendulum, that is the middle of its range.
"""

import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def begin(self, obs_dim, n_actions, low, high, gamma, entropy, n_envs, steps):
        self.middle, self.entropy = (low + high) / 2, entropy
        self.weights = np.zeros((obs_dim, n_actions))

    def observe(self, obs, action, reward, next_obs, terminated, truncated):
        for a in range(self.weights.shape[1]):
            rows = action == a
            if rows.any():
                self.weights[:, a] = np.linalg.lstsq(obs[rows].astype(float), reward[rows].astype(float), rcond=None)[0]

    def act(self, obs, explore):
        if self.weights.shape[1]:
            return self.policy(obs).argmax(axis=1)
        return np.tile(self.middle, (len(obs), 1))

    def policy(self, obs):
        scores = obs.astype(float) @ self.weights / max(self.entropy, 1e-6)
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True)
