"""Deep deterministic policy gradient: a critic of the discounted return, an actor that climbs it, noise that drifts.

Source: Lillicrap et al. (2016), algorithm 1. Where actions are counted, which it isn't made for, it stays uniform.
"""

import copy

import numpy as np
import torch
from torch import nn

GAMMA, FOLLOW = 0.98, 0.01
RATE, BATCH, UPDATES, HIDDEN = 1e-3, 128, 90, 64
FIRST_BLOCKS = 2  # random actions
REWARD_SCALE = 0.1
DRIFT, SPREAD = 0.15, 0.2  # of the Ornstein-Uhlenbeck noise, in halves of a motor's range


class Method:
    def __init__(self, seed, device):
        torch.manual_seed(seed)

    def begin(self, obs_dim, n_actions, low, high, gamma, entropy, n_envs, steps):
        self.n_actions, self.blocks = n_actions, 0
        self.middle, self.half = torch.tensor((low + high) / 2), torch.tensor((high - low) / 2)
        if n_actions:
            return
        d = len(low)
        self.actor, self.critic = nn.Sequential(network(obs_dim, d), nn.Tanh()), network(obs_dim + d, 1)
        self.old_actor, self.old_critic = copy.deepcopy(self.actor), copy.deepcopy(self.critic)
        self.adams = [torch.optim.Adam(net.parameters(), RATE) for net in (self.critic, self.actor)]
        self.noise = torch.zeros(n_envs, d)
        self.memory, self.scale = None, torch.ones(obs_dim)

    def act(self, obs, explore):
        if self.n_actions:
            return torch.randint(self.n_actions, (len(obs),)).numpy()
        with torch.no_grad():
            action = self.actor(torch.tensor(obs) / self.scale)
            if explore and self.blocks < FIRST_BLOCKS:
                action = 2 * torch.rand_like(action) - 1
            elif explore:
                self.noise += SPREAD * torch.randn_like(self.noise) - DRIFT * self.noise
                action = (action + self.noise).clamp(-1, 1)
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
        with torch.no_grad():
            target = reward + GAMMA * goes_on * value(self.old_critic, following, self.old_actor(following))
        self.descend(0, ((value(self.critic, obs, action) - target) ** 2).mean())
        self.descend(1, -value(self.critic, obs, self.actor(obs)).mean())
        with torch.no_grad():
            for old, new in ((self.old_actor, self.actor), (self.old_critic, self.critic)):
                for mine, theirs in zip(old.parameters(), new.parameters(), strict=True):
                    mine.lerp_(theirs, FOLLOW)

    def descend(self, which, loss):
        self.adams[which].zero_grad()
        loss.backward()
        self.adams[which].step()

    def policy(self, obs):
        return np.full((len(obs), self.n_actions), 1 / self.n_actions)


def value(critic, obs, action):
    return critic(torch.cat([obs, action], dim=-1))[:, 0]


def network(inputs, outputs):
    return nn.Sequential(
        nn.Linear(inputs, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, outputs)
    )
