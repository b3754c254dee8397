"""SBEED: min over V and pi, max over rho, of E[(delta - V)^2] - eta E[(delta - rho)^2].

delta = sum_{t<k} gamma^t (R_t - lambda log pi(a_t|s_t)) + gamma^k V(s_k). The dual rho(s, a) is the mean of delta given the first
state and action: with eta 1 it takes out the variance of what follows, with eta 0 (path consistency) that stays in.
Source: Dai et al. (2018), the gradients of the saddle-point objective. Finite data: V and the logits linear in what is
seen, rho by least squares in each action, full-batch Adam. Environments: tanh networks, a Gaussian or softmax policy,
replay, k steps or fewer up to the end of an episode, a penalty on the divergence from the policy of the last block in the
place of mirror descent.
"""

from itertools import pairwise

import numpy as np

# finite data
ETA = 1.0
STEPS, RATE, LAST_RATE = 5000, 0.1, 0.005
# environments
ETA_ONLINE = 0.1
K = 10
LAMBDA, PENALTY = 0.05, 0.005
LAMBDA_COUNTED, PENALTY_COUNTED = 0.01, 0.001  # where actions are counted
GAMMA, REWARD_SCALE = 0.98, 0.05
RATE_V, RATE_PI = 3e-3, 9e-4
HIDDEN, BATCH, UPDATES, REPLAY = 64, 64, 100, 10_000
LOG_STD, LEAST_LOG_STD, MOST_LOG_STD = 0.0, -3.0, 1.0
LONGEST = 10.0  # norm of a gradient


class Method:
    def __init__(self, seed, device):
        self.rng = np.random.default_rng(seed)

    def begin(self, obs_dim, n_actions, low, high, gamma, entropy, n_envs, steps):
        if n_envs:
            self.learner = Gathering(obs_dim, policies(obs_dim, n_actions, low, high, self.rng), n_envs, self.rng)
        else:
            self.learner = Batch(obs_dim, n_actions, gamma, entropy)

    def observe(self, obs, action, reward, next_obs, terminated, truncated):
        self.learner.observe(obs, action, reward, next_obs, terminated, truncated)

    def act(self, obs, explore):
        return self.learner.act(obs, explore)

    def policy(self, obs):
        return np.exp(log_softmax(obs.astype(float) @ self.learner.logits))

    def value(self, obs):
        return obs.astype(float) @ self.learner.v


class Batch:
    """V = phi . v and log pi = log softmax(phi . logits), on sums over the transitions that are taken once."""

    def __init__(self, obs_dim, n_actions, gamma, entropy):
        self.gamma, self.entropy = gamma, entropy
        self.v, self.logits = np.zeros(obs_dim), np.zeros((obs_dim, n_actions))

    def observe(self, obs, action, reward, next_obs, terminated, truncated):
        self.count(obs[:, 0].astype(float), action[:, 0], reward[:, 0].astype(float), next_obs[:, 0].astype(float))
        adam = Adam([self.v, self.logits], RATE)
        for step in range(STEPS):
            adam.rate = RATE if step < 2 * STEPS // 3 else LAST_RATE
            adam.step(self.gradients())

    def count(self, obs, action, reward, following):
        """Group what was seen by (state, action): shares p, mean rewards r and mean next observations, (S, A, ...)."""
        n, d = obs.shape
        self.phi, state = np.unique(obs, axis=0, return_inverse=True)
        cell = (state.ravel(), action)
        self.p = np.zeros((len(self.phi), self.logits.shape[1]))
        self.pr, self.pf = np.zeros_like(self.p), np.zeros((*self.p.shape, d))
        np.add.at(self.p, cell, 1 / n)
        np.add.at(self.pr, cell, reward / n)
        np.add.at(self.pf, cell, following / n)
        share = np.maximum(self.p, 1 / n)
        self.r, self.f = self.pr / share, self.pf / share[..., None]
        ahead = self.gamma * following - obs
        self.residual, self.next = ((x.T @ reward / n, x.T @ x / n) for x in (ahead, following))
        self.ahead = self.gamma * self.pf - self.p[..., None] * self.phi[:, None]
        roots = np.sqrt(self.p)
        self.fit = [np.linalg.pinv(w[:, None] * self.phi) * w for w in roots.T]  # (d, S) for each action

    def gradients(self):
        """Of the objective, with rho at its best, by v and by the logits."""
        log_pi = log_softmax(self.phi @ self.logits)
        delta = self.r + self.gamma * self.f @ self.v - self.entropy * log_pi  # means given (s, a)
        rho = np.stack([self.phi @ (fit @ delta[:, a]) for a, fit in enumerate(self.fit)], axis=1)
        value = (self.phi @ self.v)[:, None]
        by_v = self.residual[0] + self.residual[1] @ self.v - self.entropy * np.tensordot(log_pi, self.ahead, 2)
        noise = (
            self.next[0] + self.gamma * self.next[1] @ self.v - np.tensordot(self.entropy * log_pi + rho, self.pf, 2)
        )
        by_log_pi = -2 * self.entropy * self.p * ((1 - ETA) * delta + ETA * rho - value)
        by_scores = by_log_pi - np.exp(log_pi) * by_log_pi.sum(axis=1, keepdims=True)
        return 2 * by_v - 2 * ETA * self.gamma * noise, self.phi.T @ by_scores

    def act(self, obs, explore):
        return (obs.astype(float) @ self.logits).argmax(axis=1)


def policies(obs_dim, n_actions, low, high, rng):
    return Softmax(obs_dim, n_actions, rng) if n_actions else Gaussian(obs_dim, low, high, rng)


class Gaussian:
    """Continuous actions, brought to [-1, 1], about a mean that a network gives; one deviation for each."""

    smoothing, penalty = LAMBDA, PENALTY

    def __init__(self, obs_dim, low, high, rng):
        self.middle, self.half, self.rng = (low + high) / 2, (high - low) / 2, rng
        self.net, self.log_std = Net([obs_dim, HIDDEN, HIDDEN, len(low)], rng), np.full(len(low), LOG_STD, np.float32)
        self.weights, self.width = [*self.net.weights, self.log_std], len(low)

    def act(self, seen, explore):
        action = self.net(seen)[-1]
        if explore:
            action = action + np.exp(self.log_std) * self.rng.normal(size=action.shape)
        return self.middle + self.half * action

    def described(self, action):
        return (action - self.middle) / self.half

    def remember(self):
        self.old = self.net.copy(), self.log_std.copy()

    def log_pi(self, obs, action):
        """Of described actions (k, B, d): (k, B)."""
        self.layers = self.net(obs.reshape(-1, obs.shape[-1]))
        self.z = (action - self.layers[-1].reshape(action.shape)) / np.exp(self.log_std)
        return -(self.z**2 / 2 + self.log_std + np.log(2 * np.pi) / 2).sum(axis=-1)

    def slopes(self, obs, by_log_pi):
        """The gradient by its weights: of the objective, and of the divergence from the remembered policy in obs[0]."""
        n, std = obs.shape[1], np.exp(self.log_std)
        by_mean = by_log_pi[..., None] * self.z / std
        by_std = (by_log_pi[..., None] * (self.z**2 - 1)).sum(axis=(0, 1))
        apart = self.layers[-1][:n] - self.old[0](obs[0])[-1]
        by_mean[0] += self.penalty * apart / std**2
        by_std += self.penalty * (1 - (np.exp(2 * self.old[1]) + apart**2) / std**2).sum(axis=0)
        return [*self.net.slopes(self.layers, by_mean.reshape(self.layers[-1].shape) / n), by_std / n]

    def limit(self):
        np.clip(self.log_std, LEAST_LOG_STD, MOST_LOG_STD, out=self.log_std)


class Softmax:
    """Counted actions, described by as many numbers of which one is 1."""

    smoothing, penalty = LAMBDA_COUNTED, PENALTY_COUNTED

    def __init__(self, obs_dim, n_actions, rng):
        self.net, self.rng, self.width = Net([obs_dim, HIDDEN, HIDDEN, n_actions], rng), rng, n_actions
        self.net.weights[-2][...] *= 0.1  # nearly uniform at first
        self.weights = self.net.weights

    def act(self, seen, explore):
        logits = self.net(seen)[-1]
        return (logits + self.rng.gumbel(size=logits.shape) if explore else logits).argmax(axis=1)

    def described(self, action):
        return np.eye(self.width, dtype=np.float32)[action]

    def remember(self):
        self.old = self.net.copy()

    def log_pi(self, obs, action):
        self.layers, self.action = self.net(obs.reshape(-1, obs.shape[-1])), action
        self.all = log_softmax(self.layers[-1]).reshape(action.shape)
        return (self.all * action).sum(axis=-1)

    def slopes(self, obs, by_log_pi):
        by_logits = by_log_pi[..., None] * (self.action - np.exp(self.all))
        by_logits[0] += self.penalty * (np.exp(self.all[0]) - np.exp(log_softmax(self.old(obs[0])[-1])))
        return self.net.slopes(self.layers, by_logits.reshape(self.layers[-1].shape) / obs.shape[1])

    def limit(self):
        """Nothing of it needs a limit."""


class Gathering:
    """Learns while it acts. Observations are divided by their deviation in the first block."""

    def __init__(self, obs_dim, pi, n_envs, rng):
        self.pi, self.rng = pi, rng
        self.v, self.rho = Net([obs_dim, HIDDEN, HIDDEN, 1], rng), Net([obs_dim + pi.width, HIDDEN, HIDDEN, 1], rng)
        self.adams = [Adam(pi.weights, RATE_PI), Adam(self.v.weights, RATE_V), Adam(self.rho.weights, RATE_V)]
        self.scale, self.memory, self.rows = 1.0, None, REPLAY // n_envs

    def act(self, obs, explore):
        return self.pi.act(obs / self.scale, explore)

    def observe(self, obs, action, reward, next_obs, terminated, truncated):
        if self.memory is None:
            self.scale = np.maximum(obs.std(axis=(0, 1)), 1e-3)
        block = [
            obs / self.scale,
            self.pi.described(action),
            REWARD_SCALE * reward,
            next_obs / self.scale,
            terminated,
            terminated | truncated,
        ]
        past = self.memory or [part[:0] for part in block]
        self.memory = [np.concatenate([old, new])[-self.rows :] for old, new in zip(past, block, strict=True)]
        self.pi.remember()
        starts = np.argwhere(self.whole())
        for _ in range(UPDATES):
            self.update(starts[self.rng.integers(len(starts), size=BATCH)])

    def whole(self):
        """Where k steps, or fewer up to an end of the episode, are known: (T, n)."""
        ends = self.memory[5]
        known = np.cumsum(ends[::-1], axis=0)[::-1] > 0
        known[: max(len(ends) - K + 1, 0)] = True
        return known

    def update(self, starts):
        for adam, slopes in zip(self.adams, self.gradients(*self.paths(starts)), strict=True):
            adam.step(shortened(slopes))
        self.pi.limit()

    def paths(self, starts):
        """obs, actions (k, B, .), rewards (k, B), which of the steps are taken (k, B), the last next_obs, whether it counts.

        A path that meets the end of its episode is shorter than k steps.
        """
        obs, action, reward, next_obs, terminated, ends = self.memory
        row = np.minimum(starts[:, 0] + np.arange(K)[:, None], len(obs) - 1)
        at = row, np.broadcast_to(starts[:, 1], row.shape)
        taken = np.cumsum(ends[at], axis=0) - ends[at] == 0
        last = row[taken.sum(axis=0) - 1, np.arange(len(starts))], starts[:, 1]
        return obs[at], action[at], reward[at], taken, next_obs[last], 1.0 - terminated[last]

    def gradients(self, obs, action, reward, taken, last, goes_on):
        """Of the objective by the weights of pi, by those of V, and of E[(delta - rho)^2] by rho's."""
        n, fading = obs.shape[1], taken * (GAMMA ** np.arange(K))[:, None]
        far = GAMMA ** taken.sum(axis=0) * goes_on
        log_pi = self.pi.log_pi(obs, action)
        valuing = self.v(np.concatenate([obs[0], last]))
        here, there = np.split(valuing[-1][:, 0], 2)
        doubling = self.rho(np.concatenate([obs[0], action[0]], axis=1))
        rho = doubling[-1][:, 0]
        delta = (fading * (reward - self.pi.smoothing * log_pi)).sum(axis=0) + far * there
        by_value = np.concatenate([-2 * (delta - here), 2 * far * (delta - here - ETA_ONLINE * (delta - rho))])
        by_log_pi = -2 * self.pi.smoothing * fading * ((1 - ETA_ONLINE) * delta + ETA_ONLINE * rho - here)
        return (
            self.pi.slopes(obs, by_log_pi),
            self.v.slopes(valuing, by_value[:, None] / n),
            self.rho.slopes(doubling, -2 * (delta - rho)[:, None] / n),
        )


class Net:
    """A tanh network; `net(x)` gives all its layers, the last one linear."""

    def __init__(self, sizes, rng):
        self.weights = []
        for inputs, outputs in pairwise(sizes):
            matrix = rng.normal(size=(inputs, outputs)) / np.sqrt(inputs)
            self.weights += [matrix.astype(np.float32), np.zeros(outputs, np.float32)]

    def copy(self):
        twin = Net([], None)
        twin.weights = [w.copy() for w in self.weights]
        return twin

    def __call__(self, x):
        layers = [x.astype(self.weights[0].dtype)]
        for n in range(0, len(self.weights), 2):
            x = layers[-1] @ self.weights[n] + self.weights[n + 1]
            layers.append(np.tanh(x) if n + 2 < len(self.weights) else x)
        return layers

    def slopes(self, layers, g):
        """The gradient of sum(g * output) by every weight."""
        slopes = []
        g = g.astype(self.weights[0].dtype)
        for n in reversed(range(len(layers) - 1)):
            slopes = [layers[n].T @ g, g.sum(axis=0), *slopes]
            g = (g @ self.weights[2 * n].T) * (1 - layers[n] ** 2)
        return slopes


class Adam:
    def __init__(self, weights, rate):
        self.weights, self.rate, self.count = weights, rate, 0
        self.first, self.second = ([np.zeros_like(w) for w in weights] for _ in range(2))

    def step(self, slopes):
        self.count += 1
        rate = self.rate * np.sqrt(1 - 0.999**self.count) / (1 - 0.9**self.count)
        for w, g, first, second in zip(self.weights, slopes, self.first, self.second, strict=True):
            first[...] = 0.9 * first + 0.1 * g
            second[...] = 0.999 * second + 0.001 * g**2
            w[...] = w - rate * first / (np.sqrt(second) + 1e-8)


def shortened(slopes):
    norm = np.sqrt(sum(float((g**2).sum()) for g in slopes))
    return [g * min(1.0, LONGEST / max(norm, 1e-12)) for g in slopes]


def log_softmax(x):
    x = x - x.max(axis=1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=1, keepdims=True))
