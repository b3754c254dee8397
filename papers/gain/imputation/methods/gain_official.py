"""GAIN as the authors' code computes it, where that departs from the paper.

The hint is h = m b with b ~ Bernoulli(0.9) per cell, without 0.5; both adversarial losses are means over all cells; ReLU
networks of width d with weights N(0, 2 / fan_in); alpha = 100 with the squared error of observed cells divided by the
observed share, for every kind of column; batches of 128; columns with fewer than 20 distinct values are rounded.
Departs from it in fixing its seed and, on small tables, in training 2,000 instead of 10,000 iterations.
"""

import numpy as np
import torch
from torch import nn

ALPHA = 100.0
BATCH = 128
TOLD = 0.9
NOISE = 0.01
TINY = 1e-8
ITERATIONS, ITERATIONS_OF_LARGE, LARGE = 2_000, 10_000, 2_000  # tables of more than LARGE rows are trained longer


class Method:
    def __init__(self, seed: int, device: str):
        torch.manual_seed(seed)
        self.device = device

    def impute(self, x: np.ndarray, categorical: np.ndarray) -> np.ndarray:
        low = np.nanmin(x, axis=0)
        span = np.nanmax(x, axis=0) - low + 1e-6
        m = torch.tensor(~np.isnan(x), dtype=torch.float32, device=self.device)
        u = torch.tensor(np.nan_to_num((x - low) / span), dtype=torch.float32, device=self.device)
        filled = np.where(np.isnan(x), self.train(u, m) * span + low, x)
        for j in range(x.shape[1]):
            if len(np.unique(x[~np.isnan(x[:, j]), j])) < 20:
                filled[:, j] = filled[:, j].round()
        return filled.astype(np.float32)

    def train(self, u, m):
        n, d = u.shape
        generator, discriminator = net(d).to(self.device), net(d).to(self.device)
        adam_g = torch.optim.Adam(generator.parameters(), lr=1e-3, fused=True)
        adam_d = torch.optim.Adam(discriminator.parameters(), lr=1e-3, fused=True)
        for _ in range(ITERATIONS_OF_LARGE if n > LARGE else ITERATIONS):
            rows = torch.randperm(n, device=self.device)[:BATCH]
            mask = m[rows]
            x = mask * u[rows] + (1 - mask) * NOISE * torch.rand_like(mask)
            h = mask * (torch.rand_like(mask) < TOLD)
            guess = generator(torch.cat([x, mask], 1))
            xhat = mask * x + (1 - mask) * guess
            p = discriminator(torch.cat([xhat.detach(), h], 1))
            step(adam_d, -(mask * (p + TINY).log() + (1 - mask) * (1 - p + TINY).log()).mean())
            p = discriminator(torch.cat([xhat, h], 1))
            fooled = -((1 - mask) * (p + TINY).log()).mean()
            squared = ((mask * x - mask * guess) ** 2).mean() / mask.mean()
            step(adam_g, fooled + ALPHA * squared)
        with torch.no_grad():
            x = m * u + (1 - m) * NOISE * torch.rand_like(m)
            return generator(torch.cat([x, m], 1)).cpu().numpy()


def net(d):
    """Three layers of width d: ReLU inside, probabilities out."""
    layers = [nn.Linear(2 * d, d), nn.ReLU(), nn.Linear(d, d), nn.ReLU(), nn.Linear(d, d)]
    for layer in layers[::2]:
        nn.init.normal_(layer.weight, std=(2 / layer.in_features) ** 0.5)
        nn.init.zeros_(layer.bias)
    return nn.Sequential(*layers, nn.Sigmoid())


def step(adam, loss):
    adam.zero_grad()
    loss.backward()
    adam.step()
