"""Soft Q-learning with values linear in what is seen: expected semi-gradient steps over all transitions.

Q(s, a) = phi(s) . w_a moves towards R + gamma lambda log sum_b exp(Q(s', b) / lambda), which is held fixed while it moves: no
gradient of anything, so nothing keeps it from growing. It stops where it has. With one-hot states it is tabular Q-learning
and comes to the solution of the counts. In environments: random actions.
"""

import numpy as np

STEPS = 1500
GROWN = 1e9


class Method:
    def __init__(self, seed, device):
        self.rng = np.random.default_rng(seed)

    def begin(self, obs_dim, n_actions, low, high, gamma, entropy, n_envs, steps):
        self.is_batch, self.n_actions, self.low, self.high = n_envs == 0, n_actions, low, high
        self.gamma, self.entropy = gamma, max(entropy, 1e-6)
        self.weights = np.zeros((obs_dim, n_actions))

    def observe(self, obs, action, reward, next_obs, terminated, truncated):
        if not self.is_batch:
            return
        states, code = np.unique(np.concatenate([obs[:, 0], next_obs[:, 0]]), axis=0, return_inverse=True)
        now, then = np.split(code.ravel(), 2)
        pairs = np.zeros((len(states), self.n_actions, len(states)))
        rewards = np.zeros(pairs.shape[:2])
        np.add.at(pairs, (now, action[:, 0], then), 1 / len(now))
        np.add.at(rewards, (now, action[:, 0]), reward[:, 0] / len(now))
        self.descend(states.astype(float), pairs, rewards)

    def descend(self, phi, pairs, rewards):
        share = pairs.sum(axis=2)  # of the transitions, by state and action
        rates = [1 / np.linalg.norm(phi.T * share[:, a] @ phi, 2) for a in range(self.n_actions)]
        for _ in range(STEPS):
            q = phi @ self.weights
            ahead = rewards + self.gamma * pairs @ smooth_maximum(q, self.entropy)
            self.weights = self.weights + phi.T @ (ahead - share * q) * rates
            if np.abs(self.weights).max() > GROWN:
                break

    def act(self, obs, explore):
        if self.is_batch:
            return self.policy(obs).argmax(axis=1)
        if self.n_actions:
            return self.rng.integers(self.n_actions, size=len(obs))
        return self.rng.uniform(self.low, self.high, (len(obs), len(self.low)))

    def policy(self, obs):
        q = obs.astype(float) @ self.weights
        odds = np.exp((q - q.max(axis=1, keepdims=True)) / self.entropy)
        return odds / odds.sum(axis=1, keepdims=True)

    def value(self, obs):
        return smooth_maximum(obs.astype(float) @ self.weights, self.entropy)


def smooth_maximum(q, entropy):
    """lambda log sum_a exp(q / lambda): (n,)."""
    top = q.max(axis=1)
    return top + entropy * np.log(np.exp((q - top[:, None]) / entropy).sum(axis=1))
