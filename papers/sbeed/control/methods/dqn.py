"""Deep Q-learning: one network, replay, a slower copy that says what comes next, and a greedy policy that explores by chance.

The copy's value is taken of the action that the network itself likes best. A continuous action is one of a few levels in
each of its parts. Finite data are replayed as they are; entropy is left out.
Source: Mnih et al. (2015), algorithm 1; van Hasselt et al. (2016).
"""

import copy

import numpy as np
import torch
from torch import nn

GAMMA, FOLLOW, REWARD_SCALE = 0.98, 0.02, 0.05
RATE, BATCH, HIDDEN, LONGEST = 1e-3, 128, 64, 10.0
UPDATES = 75  # a block
BATCH_UPDATES = 1200  # on finite data
FIRST_EXPLORED, LAST_EXPLORED, EXPLORING = (
    1.0,
    0.05,
    0.3,
)  # shares of actions by chance, and of the budget until the last
LEVELS, MOST_ACTIONS = 5, 243
REPLAY = 50_000


class Method:
    def __init__(self, seed, device):
        torch.manual_seed(seed)
        self.rng = np.random.default_rng(seed)

    def begin(self, obs_dim, n_actions, low, high, gamma, entropy, n_envs, steps):
        self.is_batch, self.steps, self.seen_steps = n_envs == 0, steps, 0
        self.gamma, self.reward_scale = (gamma, 1.0) if self.is_batch else (GAMMA, REWARD_SCALE)
        self.choices = None if n_actions else levels(low, high)
        self.n = n_actions or len(self.choices)
        self.q = network(obs_dim, self.n)
        self.target = copy.deepcopy(self.q)
        self.adam = torch.optim.Adam(self.q.parameters(), RATE)
        self.memory, self.scale = None, torch.ones(obs_dim)

    def act(self, obs, explore):
        with torch.no_grad():
            best = self.q(torch.tensor(obs) / self.scale).argmax(dim=1).numpy()
        if explore:
            by_chance = self.rng.random(len(obs)) < self.explored()
            best = np.where(by_chance, self.rng.integers(self.n, size=len(obs)), best)
        return best if self.choices is None else self.choices[best]

    def explored(self):
        share = min(self.seen_steps / (EXPLORING * self.steps), 1.0)
        return FIRST_EXPLORED + share * (LAST_EXPLORED - FIRST_EXPLORED)

    def observe(self, obs, action, reward, next_obs, terminated, truncated):
        if self.memory is None and not self.is_batch:
            self.scale = torch.tensor(obs.std(axis=(0, 1))).clamp(min=1e-3)
        self.seen_steps += reward.size
        block = (
            torch.tensor(obs) / self.scale,
            torch.tensor(self.numbered(action)),
            self.reward_scale * torch.tensor(reward),
            torch.tensor(next_obs) / self.scale,
            torch.tensor(1.0 - terminated, dtype=torch.float32),
        )
        rows = [part.flatten(0, 1) for part in block]
        past = self.memory or [part[:0] for part in rows]
        self.memory = [torch.cat(pair)[-REPLAY:] for pair in zip(past, rows, strict=True)]
        for _ in range(BATCH_UPDATES if self.is_batch else UPDATES):
            at = torch.randint(len(self.memory[0]), (BATCH,))
            self.update(*(part[at] for part in self.memory))

    def numbered(self, action):
        """The number of each action: (T, n)."""
        if self.choices is None:
            return action
        return np.abs(action[:, :, None] - self.choices).sum(axis=-1).argmin(axis=-1)

    def update(self, obs, action, reward, following, goes_on):
        with torch.no_grad():
            liked = self.q(following).argmax(dim=1, keepdim=True)
            target = reward + self.gamma * goes_on * self.target(following).gather(1, liked)[:, 0]
        loss = nn.functional.smooth_l1_loss(self.q(obs).gather(1, action[:, None])[:, 0], target)
        self.adam.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.q.parameters(), LONGEST)
        self.adam.step()
        with torch.no_grad():
            for old, new in zip(self.target.parameters(), self.q.parameters(), strict=True):
                old.lerp_(new, FOLLOW)

    def value(self, obs):
        with torch.no_grad():
            return self.q(torch.tensor(obs)).max(dim=1).values.double().numpy()


def levels(low, high):
    """The actions that are tried: (n, act_dim), so many levels in each part that there are not too many."""
    count = LEVELS
    while count > 2 and count ** len(low) > MOST_ACTIONS:
        count -= 1
    axes = np.meshgrid(*(np.linspace(a, b, count) for a, b in zip(low, high, strict=True)), indexing="ij")
    return np.stack(axes, axis=-1).reshape(-1, len(low)).astype(np.float32)


def network(inputs, outputs):
    return nn.Sequential(
        nn.Linear(inputs, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, outputs)
    )
