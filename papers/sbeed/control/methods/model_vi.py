"""Counts transitions between the different observations, then iterates the smoothed Bellman equation on the counts.

Of a pair that was never tried it thinks that it pays nothing and that any state may follow. In environments: random actions.
"""

import numpy as np

ROUNDS, CLOSE = 5000, 1e-9


class Method:
    def __init__(self, seed, device):
        self.rng = np.random.default_rng(seed)

    def begin(self, obs_dim, n_actions, low, high, gamma, entropy, n_envs, steps):
        self.is_batch, self.n_actions, self.low, self.high = n_envs == 0, n_actions, low, high
        self.gamma, self.entropy = gamma, max(entropy, 1e-6)

    def observe(self, obs, action, reward, next_obs, terminated, truncated):
        if not self.is_batch:
            return
        rows = np.concatenate([obs[:, 0], next_obs[:, 0]])
        states, code = np.unique(rows, axis=0, return_inverse=True)
        now, then = np.split(code.ravel(), 2)
        self.number = {state.tobytes(): n for n, state in enumerate(states)}
        counts = np.zeros((len(states), self.n_actions, len(states)))
        rewards = np.zeros(counts.shape[:2])
        np.add.at(counts, (now, action[:, 0], then), 1)
        np.add.at(rewards, (now, action[:, 0]), reward[:, 0])
        total = counts.sum(axis=2)
        tried = np.maximum(total, 1)
        moves = np.where(total[..., None] > 0, counts / tried[..., None], 1 / len(states))
        self.solve(moves, rewards / tried)

    def solve(self, moves, rewards):
        self.v = np.zeros(len(moves))
        for _ in range(ROUNDS):
            self.q = rewards + self.gamma * moves @ self.v
            last, self.v = self.v, smooth_maximum(self.q, self.entropy)
            if np.abs(self.v - last).max() < CLOSE:
                break

    def act(self, obs, explore):
        if self.is_batch:
            return self.policy(obs).argmax(axis=1)
        if self.n_actions:
            return self.rng.integers(self.n_actions, size=len(obs))
        return self.rng.uniform(self.low, self.high, (len(obs), len(self.low)))

    def policy(self, obs):
        q = np.stack(
            [self.q[self.number[row.tobytes()]] if row.tobytes() in self.number else 0 * self.q[0] for row in obs]
        )
        return np.exp((q - smooth_maximum(q, self.entropy)[:, None]) / self.entropy)

    def value(self, obs):
        return np.array([self.v[self.number.get(row.tobytes(), 0)] for row in obs])


def smooth_maximum(q, entropy):
    """lambda log sum_a exp(q / lambda): (n,)."""
    top = q.max(axis=1)
    return top + entropy * np.log(np.exp((q - top[:, None]) / entropy).sum(axis=1))
