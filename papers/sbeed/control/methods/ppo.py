"""Proximal policy optimisation: clipped steps on the transitions of the last block, advantages by lambda-returns.

Source: Schulman et al. (2017), equation 7; Schulman et al. (2016) for the advantages. A time limit is no end: the value of what
followed is taken. On finite data, which nobody's policy gathered, it stays uniform.
"""

import numpy as np
import torch
from torch import nn
from torch.distributions import Categorical, Independent, Normal

GAMMA, TRACE, CLIP = 0.95, 0.95, 0.2
EPOCHS, BATCH, RATE, LONGEST = 10, 150, 1e-3, 0.5
HIDDEN, REWARD_SCALE, LOG_STD = 64, 0.1, 0.0


class Method:
    def __init__(self, seed, device):
        torch.manual_seed(seed)

    def begin(self, obs_dim, n_actions, low, high, gamma, entropy, n_envs, steps):
        self.n_actions, self.acts, self.scale = n_actions, n_envs > 0, None
        self.middle, self.half = torch.tensor((low + high) / 2), torch.tensor((high - low) / 2)
        if self.acts:
            self.net, self.v = network(obs_dim, n_actions or len(low)), network(obs_dim, 1)
            self.log_std = nn.Parameter(torch.full((len(low),), LOG_STD))
            self.weights = [*self.net.parameters(), *self.v.parameters(), self.log_std]
            self.adam = torch.optim.Adam(self.weights, RATE)

    def law(self, obs):
        if self.n_actions:
            return Categorical(logits=self.net(obs))
        return Independent(Normal(self.net(obs), self.log_std.exp()), 1)

    def act(self, obs, explore):
        if not self.acts:
            return torch.randint(self.n_actions, (len(obs),)).numpy()
        with torch.no_grad():
            law = self.law(self.seen(obs))
            action = law.sample() if explore else law.mode
            return action.numpy() if self.n_actions else (self.middle + self.half * action).numpy()

    def seen(self, obs):
        return torch.tensor(obs) / (1 if self.scale is None else self.scale)

    def observe(self, obs, action, reward, next_obs, terminated, truncated):
        if not self.acts:
            return
        if self.scale is None:
            self.scale = torch.tensor(obs.std(axis=(0, 1))).clamp(min=1e-3)
        obs, following, action = self.seen(obs), self.seen(next_obs), torch.tensor(action)
        if not self.n_actions:
            action = (action - self.middle) / self.half
        with torch.no_grad():
            advantage = self.advantages(obs, following, REWARD_SCALE * torch.tensor(reward), terminated, truncated)
            target = advantage + self.v(obs)[..., 0]
            before = self.law(obs).log_prob(action)
        rows = [part.flatten(0, 1) for part in (obs, action, advantage, target, before)]
        for _ in range(EPOCHS):
            for at in torch.randperm(len(rows[0])).split(BATCH):
                self.update(*(part[at] for part in rows))

    def advantages(self, obs, following, reward, terminated, truncated):
        """(T, n): sums of temporal differences, fading by gamma and the trace, cut where an episode ends."""
        goes_on = torch.tensor(1.0 - terminated, dtype=torch.float32)
        error = reward + GAMMA * goes_on * self.v(following)[..., 0] - self.v(obs)[..., 0]
        unbroken = torch.tensor(1.0 - (terminated | truncated), dtype=torch.float32)
        advantage = torch.zeros_like(error)
        ahead = torch.zeros(error.shape[1])
        for t in reversed(range(len(error))):
            ahead = error[t] + GAMMA * TRACE * unbroken[t] * ahead
            advantage[t] = ahead
        return advantage

    def update(self, obs, action, advantage, target, before):
        ratio = (self.law(obs).log_prob(action) - before).exp()
        advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
        gain = torch.minimum(ratio * advantage, ratio.clamp(1 - CLIP, 1 + CLIP) * advantage).mean()
        loss = ((self.v(obs)[..., 0] - target) ** 2).mean() - gain
        self.adam.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.weights, LONGEST)
        self.adam.step()

    def policy(self, obs):
        return np.full((len(obs), self.n_actions), 1 / self.n_actions)


def network(inputs, outputs):
    return nn.Sequential(
        nn.Linear(inputs, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, outputs)
    )
