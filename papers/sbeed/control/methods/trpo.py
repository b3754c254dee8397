"""Trust region policy optimisation: a natural gradient step on the last block, as far as the mean divergence allows.

Source: Schulman et al. (2015), equation 14 and appendix C; Schulman et al. (2016) for the advantages. A time limit is no end: the
value of what followed is taken. On finite data, which nobody's policy gathered, it stays uniform.
"""

import numpy as np
import torch
from torch import nn
from torch.distributions import Categorical, Independent, Normal, kl_divergence
from torch.nn.utils import parameters_to_vector, vector_to_parameters

GAMMA, TRACE = 0.95, 0.95
DIVERGENCE, DAMPING = 0.02, 0.1  # nats; added to the Fisher matrix's diagonal
SOLVER_STEPS, HALVINGS = 10, 10
EPOCHS, BATCH, RATE = 10, 150, 1e-3  # of the value
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
            self.weights = [*self.net.parameters(), *([] if n_actions else [self.log_std])]
            self.adam = torch.optim.Adam(self.v.parameters(), RATE)

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
        rows = [part.flatten(0, 1) for part in (obs, action, advantage, target)]
        self.improve(*rows[:3])
        for _ in range(EPOCHS):
            for at in torch.randperm(len(rows[0])).split(BATCH):
                self.adam.zero_grad()
                ((self.v(rows[0][at])[:, 0] - rows[3][at]) ** 2).mean().backward()
                self.adam.step()

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

    def improve(self, obs, action, advantage):
        """The longest of some halved natural steps that gains something within the region."""
        advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
        with torch.no_grad():
            before, start = self.law(obs), parameters_to_vector(self.weights)
            log_before = before.log_prob(action)

        def gain():
            return ((self.law(obs).log_prob(action) - log_before).exp() * advantage).mean()

        def divergence():
            return kl_divergence(before, self.law(obs)).mean()

        slope = flat(torch.autograd.grad(gain(), self.weights))
        first = flat(torch.autograd.grad(divergence(), self.weights, create_graph=True))

        def fisher(vector):
            return flat(torch.autograd.grad(first @ vector, self.weights, retain_graph=True)) + DAMPING * vector

        way = solved(fisher, slope)
        longest = torch.sqrt(2 * DIVERGENCE / (way @ fisher(way)).clamp(min=1e-12)) * way
        with torch.no_grad():
            now = gain()
            for halving in range(HALVINGS):
                vector_to_parameters(start + longest / 2**halving, self.weights)
                if gain() > now and divergence() <= DIVERGENCE:
                    return
            vector_to_parameters(start, self.weights)

    def policy(self, obs):
        return np.full((len(obs), self.n_actions), 1 / self.n_actions)


def flat(parts):
    return torch.cat([part.reshape(-1) for part in parts])


def solved(times, right):
    """x with times(x) = right, about, by conjugate gradients."""
    x, rest, way = torch.zeros_like(right), right.clone(), right.clone()
    size = rest @ rest
    for _ in range(SOLVER_STEPS):
        if size < 1e-12:
            break
        moved = times(way)
        step = size / (way @ moved)
        x, rest = x + step * way, rest - step * moved
        size, last = rest @ rest, size
        way = rest + size / last * way
    return x


def network(inputs, outputs):
    return nn.Sequential(
        nn.Linear(inputs, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, outputs)
    )
