"""Deep Q-learning: one network, replay, a slower copy that says what comes next, and a greedy policy that explores by chance.

The copy's value is taken of the action that the network itself likes best. A continuous action is one of a few levels in
each of its parts. Finite data are replayed as they are; entropy is left out.
Source: Mnih et al. (2015), algorithm 1; van Hasselt et al. (2016).
"""

import copy
from itertools import pairwise

import numpy as np

GAMMA, FOLLOW, REWARD_SCALE = 0.98, 0.02, 0.05
RATE, BATCH, HIDDEN, LARGEST = 1e-3, 128, 64, 1.0
UPDATES = 75  # a block
BATCH_UPDATES = 1500  # on finite data
FIRST_EXPLORED, LAST_EXPLORED, EXPLORING = (
    1.0,
    0.05,
    0.3,
)  # shares of actions by chance, and of the budget until the last
LEVELS, MOST_ACTIONS = 5, 243
REPLAY = 50_000


class Method:
    def __init__(self, seed, device):
        self.rng = np.random.default_rng(seed)

    def begin(self, obs_dim, n_actions, low, high, gamma, entropy, n_envs, steps):
        self.is_batch, self.steps, self.seen_steps = n_envs == 0, steps, 0
        self.gamma, self.reward_scale = (gamma, 1.0) if self.is_batch else (GAMMA, REWARD_SCALE)
        self.choices = None if n_actions else levels(low, high)
        self.n = n_actions or len(self.choices)
        self.q = Net([obs_dim, HIDDEN, HIDDEN, self.n], self.rng)
        self.target, self.adam = copy.deepcopy(self.q), Adam(self.q.weights)
        self.memory, self.scale = None, 1.0

    def act(self, obs, explore):
        best = self.q(obs / self.scale)[-1].argmax(axis=1)
        if explore:
            by_chance = self.rng.random(len(obs)) < self.explored()
            best = np.where(by_chance, self.rng.integers(self.n, size=len(obs)), best)
        return best if self.choices is None else self.choices[best]

    def explored(self):
        share = min(self.seen_steps / (EXPLORING * self.steps), 1.0)
        return FIRST_EXPLORED + share * (LAST_EXPLORED - FIRST_EXPLORED)

    def observe(self, obs, action, reward, next_obs, terminated, truncated):
        if self.memory is None and not self.is_batch:
            self.scale = np.maximum(obs.std(axis=(0, 1)), 1e-3)
        self.seen_steps += reward.size
        block = (obs / self.scale, self.numbered(action), self.reward_scale * reward, next_obs / self.scale, terminated)
        rows = [part.reshape(-1, *part.shape[2:]) for part in block]
        past = self.memory or [part[:0] for part in rows]
        self.memory = [np.concatenate(pair)[-REPLAY:] for pair in zip(past, rows, strict=True)]
        for _ in range(BATCH_UPDATES if self.is_batch else UPDATES):
            at = self.rng.integers(len(self.memory[0]), size=BATCH)
            self.update(*(part[at] for part in self.memory))

    def numbered(self, action):
        """The number of each action: (T, n)."""
        if self.choices is None:
            return action
        return np.abs(action[:, :, None] - self.choices).sum(axis=-1).argmin(axis=-1)

    def update(self, obs, action, reward, following, terminated):
        rows = np.arange(len(obs))
        liked = self.q(following)[-1].argmax(axis=1)
        target = reward + self.gamma * ~terminated * self.target(following)[-1][rows, liked]
        layers = self.q(obs)
        error = layers[-1][rows, action] - target
        by_q = np.zeros_like(layers[-1])
        by_q[rows, action] = np.clip(error, -LARGEST, LARGEST) / len(obs)  # the Huber loss's
        self.adam.step(self.q.slopes(layers, by_q))
        for old, new in zip(self.target.weights, self.q.weights, strict=True):
            old[...] += FOLLOW * (new - old)

    def value(self, obs):
        return self.q(obs)[-1].max(axis=1).astype(float)


def levels(low, high):
    """The actions that are tried: (n, act_dim), so many levels in each part that there are not too many."""
    count = LEVELS
    while count > 2 and count ** len(low) > MOST_ACTIONS:
        count -= 1
    axes = np.meshgrid(*(np.linspace(a, b, count) for a, b in zip(low, high, strict=True)), indexing="ij")
    return np.stack(axes, axis=-1).reshape(-1, len(low)).astype(np.float32)


class Net:
    """A network of rectifiers; `net(x)` gives all its layers, the last one linear."""

    def __init__(self, sizes, rng):
        self.weights = []
        for inputs, outputs in pairwise(sizes):
            matrix = rng.normal(size=(inputs, outputs)) / np.sqrt(inputs)
            self.weights += [matrix.astype(np.float32), np.zeros(outputs, np.float32)]

    def __call__(self, x):
        layers = [x.astype(np.float32)]
        for n in range(0, len(self.weights), 2):
            x = layers[-1] @ self.weights[n] + self.weights[n + 1]
            layers.append(np.maximum(x, 0) if n + 2 < len(self.weights) else x)
        return layers

    def slopes(self, layers, g):
        """The gradient of sum(g * output) by every weight."""
        slopes = []
        for n in reversed(range(len(layers) - 1)):
            slopes = [layers[n].T @ g, g.sum(axis=0), *slopes]
            g = (g @ self.weights[2 * n].T) * (layers[n] > 0)
        return slopes


class Adam:
    def __init__(self, weights):
        self.weights, self.count = weights, 0
        self.first, self.second = ([np.zeros_like(w) for w in weights] for _ in range(2))

    def step(self, slopes):
        self.count += 1
        rate = RATE * np.sqrt(1 - 0.999**self.count) / (1 - 0.9**self.count)
        for w, g, first, second in zip(self.weights, slopes, self.first, self.second, strict=True):
            first[...] += 0.1 * (g - first)
            second[...] += 0.001 * (g**2 - second)
            w[...] -= rate * first / (np.sqrt(second) + 1e-8)
