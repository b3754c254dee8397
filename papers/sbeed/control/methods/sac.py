"""Soft actor-critic: two critics of the smoothed return, an actor of squashed Gaussians, a temperature that finds itself.

Source: Haarnoja et al. (2018), equations 5 to 18. On finite data, which it isn't made for, it stays uniform.
"""

import copy

import numpy as np
import torch
from torch import nn
from torch.distributions import Normal

GAMMA, FOLLOW = 0.98, 0.01
RATE, BATCH, UPDATES, HIDDEN = 1e-3, 128, 45, 64
FIRST_BLOCKS = 2  # random actions
REWARD_SCALE = 0.1
LEAST_LOG_STD, MOST_LOG_STD = -5.0, 2.0


class Method:
    def __init__(self, seed, device):
        torch.manual_seed(seed)

    def begin(self, obs_dim, n_actions, low, high, gamma, entropy, n_envs, steps):
        self.n_actions, self.blocks = n_actions, 0
        self.middle, self.half = torch.tensor((low + high) / 2), torch.tensor((high - low) / 2)
        if n_actions:
            return
        d = len(low)
        self.actor = network(obs_dim, 2 * d)
        self.critics = nn.ModuleList([network(obs_dim + d, 1), network(obs_dim + d, 1)])
        self.targets = copy.deepcopy(self.critics)
        self.log_temperature = nn.Parameter(torch.zeros(()))
        self.least_entropy = -float(d)
        self.adams = [
            torch.optim.Adam(weights, RATE)
            for weights in (self.critics.parameters(), self.actor.parameters(), [self.log_temperature])
        ]
        self.memory, self.scale = None, torch.ones(obs_dim)

    def draw(self, obs):
        """An action in (-1, 1) and its log probability, that of the Gaussian and the squashing together."""
        mean, log_std = self.actor(obs).chunk(2, dim=-1)
        law = Normal(mean, log_std.clamp(LEAST_LOG_STD, MOST_LOG_STD).exp())
        raw = law.rsample()
        squashing = 2 * (np.log(2) - raw - nn.functional.softplus(-2 * raw))  # log(1 - tanh^2)
        return raw.tanh(), (law.log_prob(raw) - squashing).sum(-1)

    def act(self, obs, explore):
        if self.n_actions:
            return torch.randint(self.n_actions, (len(obs),)).numpy()
        with torch.no_grad():
            seen = torch.tensor(obs) / self.scale
            if not explore:
                action = self.actor(seen).chunk(2, dim=-1)[0].tanh()
            elif self.blocks < FIRST_BLOCKS:
                action = 2 * torch.rand(len(obs), len(self.half)) - 1
            else:
                action = self.draw(seen)[0]
            return (self.middle + self.half * action).numpy()

    def observe(self, obs, action, reward, next_obs, terminated, truncated):
        if self.n_actions:
            return
        if self.blocks == 0:
            self.scale = torch.tensor(obs.std(axis=(0, 1))).clamp(min=1e-3)
        self.blocks += 1
        block = (
            torch.tensor(obs) / self.scale,
            (torch.tensor(action) - self.middle) / self.half,
            REWARD_SCALE * torch.tensor(reward),
            torch.tensor(next_obs) / self.scale,
            torch.tensor(1.0 - terminated, dtype=torch.float32),
        )
        rows = [part.flatten(0, 1) for part in block]
        self.memory = rows if self.memory is None else [torch.cat(pair) for pair in zip(self.memory, rows, strict=True)]
        for _ in range(UPDATES if self.blocks >= FIRST_BLOCKS else 0):
            at = torch.randint(len(self.memory[0]), (BATCH,))
            self.update(*(part[at] for part in self.memory))

    def update(self, obs, action, reward, following, goes_on):
        temperature = self.log_temperature.exp().detach()
        with torch.no_grad():
            next_action, log_p = self.draw(following)
            ahead = least(self.targets, following, next_action) - temperature * log_p
            target = reward + GAMMA * goes_on * ahead
        pairs = torch.cat([obs, action], dim=-1)
        self.descend(0, sum(((critic(pairs)[:, 0] - target) ** 2).mean() for critic in self.critics))
        drawn, log_p = self.draw(obs)
        self.descend(1, (temperature * log_p - least(self.critics, obs, drawn)).mean())
        self.descend(2, -self.log_temperature * (log_p.detach() + self.least_entropy).mean())
        with torch.no_grad():
            for old, new in zip(self.targets.parameters(), self.critics.parameters(), strict=True):
                old.lerp_(new, FOLLOW)

    def descend(self, which, loss):
        self.adams[which].zero_grad()
        loss.backward()
        self.adams[which].step()

    def policy(self, obs):
        return np.full((len(obs), self.n_actions), 1 / self.n_actions)


def least(critics, obs, action):
    pairs = torch.cat([obs, action], dim=-1)
    return torch.minimum(*(critic(pairs)[:, 0] for critic in critics))


def network(inputs, outputs):
    return nn.Sequential(
        nn.Linear(inputs, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, outputs)
    )
