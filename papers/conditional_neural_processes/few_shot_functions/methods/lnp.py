"""A latent neural process (Garnelo et al. 2018b): a mean over encoded points gives a normal law of z, and a z is a function.

Trained by the evidence lower bound: targets under z drawn from the law that saw them, less its divergence from the context's.
A prediction is the mean and deviation of the mixture over draws of z; a joint sample keeps one z for all targets.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from papers.conditional_neural_processes.kit.learning import Batches, Waves, mlp, negative_log_likelihood, train

WIDTH = 128
DEPTH = 3
LATENT = 64
FEATURES = 12  # sines and cosines of each input
DRAWS = 8  # of z, in a prediction: half of what asking costs is decoding them
FLOOR = 0.001
RATE = 1e-3


class Network(nn.Module):
    def __init__(self, x_dim, is_image):
        super().__init__()
        self.waves = Waves(x_dim, FEATURES, is_image=is_image)
        size = self.waves.size
        self.encoder = mlp(x_dim + 1 + 2 * size, WIDTH, WIDTH, DEPTH)
        self.law = mlp(WIDTH + 2 * size, WIDTH, 2 * LATENT, 2)
        self.spectrum = nn.Linear(LATENT, size)
        self.decoder = mlp(x_dim + 2 * size + LATENT, WIDTH, 2, DEPTH)

    def latent(self, x, y):
        """Mean and deviation of z, each (B, LATENT)."""
        u, wave = self.waves(x)
        seen = torch.cat([u, y, wave, y * wave], dim=-1)
        pooled = torch.cat([self.encoder(seen), wave, y * wave], dim=-1).mean(dim=1)
        mean, spread = self.law(pooled).chunk(2, dim=-1)
        return mean, 0.01 + 0.99 * torch.sigmoid(spread)

    def decode(self, z, x):
        """Means and deviations at x (B, m, x_dim) of the functions z (B, LATENT)."""
        u, wave = self.waves(x)
        z = z[:, None]
        parts = [u, wave, wave * self.spectrum(z), z.expand(-1, x.shape[1], -1)]
        mean, spread = self.decoder(torch.cat(parts, dim=-1)).chunk(2, dim=-1)
        return mean, FLOOR + (1 - FLOOR) * functional.softplus(spread)

    def loss(self, x, y, n):
        known, prior = self.latent(x, y), self.latent(x[:, :n], y[:, :n])
        z = known[0] + known[1] * torch.randn_like(known[0])
        ratio = (known[1] / prior[1]) ** 2
        divergence = 0.5 * (ratio - 1 - ratio.log() + ((known[0] - prior[0]) / prior[1]) ** 2).sum(dim=1)
        return negative_log_likelihood(y, *self.decode(z, x)) + divergence.mean() / x.shape[1]


class Method:
    def __init__(self, seed, device):
        self.rng, self.device = np.random.default_rng(seed), device
        torch.manual_seed(seed)
        self.noise = torch.randn(
            DRAWS, LATENT
        )  # the same for every target and call: a set's function, whatever else is asked

    def fit(self, task):
        self.network = Network(task["x_dim"], task["kind"] == "images").to(self.device)
        batches = Batches(task, self.rng, self.device, (3, task["max_context"]), is_level=False)
        train(self.network, batches, rate=RATE, budget_s=task["budget_s"])

    def functions(self, xc, yc, xt, noise):
        """Means and deviations under so many draws of z: each (draws, B, m, 1)."""
        xc, yc, xt = (torch.as_tensor(values, device=self.device) for values in (xc, yc, xt))
        mean, deviation = self.network.latent(xc, yc)
        each = [self.network.decode(mean + deviation * e, xt) for e in noise.to(self.device)]
        return (torch.stack(values) for values in zip(*each, strict=True))

    @torch.no_grad()
    def predict(self, xc, yc, xt):
        means, deviations = self.functions(xc, yc, xt, self.noise)
        variance = (deviations**2).mean(dim=0) + means.var(dim=0, correction=0)
        return means.mean(dim=0).cpu().numpy(), variance.sqrt().cpu().numpy()

    @torch.no_grad()
    def sample(self, xc, yc, xt, count):
        means, deviations = self.functions(xc, yc, xt, torch.randn(count, LATENT))
        return (means + deviations * torch.randn_like(means)).cpu().numpy()
