"""GAIN by the equations of the paper.

x in [0, 1] (min-max scaled), mask m (1 = observed), noise z where missing: x~ = m x + (1 - m) z. The generator fills,
xhat = m x + (1 - m) G(x~, m); the discriminator D(xhat, h) guesses m from the hint h, which hides one cell a row:

    h = b m + 0.5 (1 - b), b_k = 0 for one random k, else 1
    L_D = - sum_{b_i = 0} [m_i log D_i + (1 - m_i) log(1 - D_i)]
    L_G = - sum_{b_i = 0} (1 - m_i) log D_i
    L_M = sum_i m_i l(x_i, G_i), l = squared error, or cross-entropy for binary columns

min over D of L_D, then over G of L_G + ALPHA L_M; sums over cells, means over rows.
Source: Yoon, Jordon and van der Schaar (2018), sections 4 and 5. Departs from it: ALPHA is fixed instead of
cross-validated; for binary columns the paper prints l = -x log G, which is least at G = 1 whatever x is, so the other
half of the cross-entropy stands beside it; small tables train for 2,000 iterations.
Ablations: with HINT off b is 0 everywhere, so that nothing is told and all cells count; ADVERSARY 0 leaves out L_G, and
the discriminator with it; ALPHA 0 leaves out L_M.
"""

import numpy as np
import torch
from torch import nn

ALPHA = 10.0
ADVERSARY = 1.0  # the weight of L_G
HINT = True
BATCH = 64
NOISE = 0.01
ITERATIONS, ITERATIONS_OF_LARGE, LARGE = 2_000, 10_000, 2_000  # tables of more than LARGE rows are trained longer


class Method:
    def __init__(self, seed: int, device: str):
        torch.manual_seed(seed)
        self.device = device

    def impute(self, x: np.ndarray, categorical: np.ndarray) -> np.ndarray:
        low, span = scale(x)
        m = torch.tensor(~np.isnan(x), dtype=torch.float32, device=self.device)
        u = torch.tensor(np.nan_to_num((x - low) / span), dtype=torch.float32, device=self.device)
        binary = torch.tensor(
            [c and len(np.unique(v[~np.isnan(v)])) == 2 for c, v in zip(categorical, x.T, strict=True)]
        )
        filled = self.train(u, m, binary.to(self.device))
        return np.where(np.isnan(x), filled * span + low, x).astype(np.float32)

    def train(self, u, m, binary):
        n, d = u.shape
        generator, discriminator = net(d).to(self.device), net(d).to(self.device)
        adam_g = torch.optim.Adam(generator.parameters(), lr=1e-3, fused=True)
        adam_d = torch.optim.Adam(discriminator.parameters(), lr=1e-3, fused=True)
        for _ in range(ITERATIONS_OF_LARGE if n > LARGE else ITERATIONS):
            if ADVERSARY:
                x, mask, b = minibatch(u, m)
                with torch.no_grad():
                    xhat = completed(x, mask, generate(generator, x, mask))
                step(adam_d, discriminator_loss(probability(discriminator, xhat, hint(mask, b)), mask, b))

            x, mask, b = minibatch(u, m)
            guess = generate(generator, x, mask)
            loss = ALPHA * reconstruction_loss(guess, x, mask, binary)
            if ADVERSARY:
                p = probability(discriminator, completed(x, mask, guess), hint(mask, b))
                loss = loss + ADVERSARY * generator_loss(p, mask, b)
            step(adam_g, loss)
        with torch.no_grad():
            return generate(generator, u, m).cpu().numpy()


def scale(x):
    """Observed minimum and range of each column."""
    low = np.nanmin(x, axis=0)
    span = np.nanmax(x, axis=0) - low
    return low, np.where(span > 0, span, 1)


def net(d):
    """Three layers: (2 d) -> d -> d/2 -> d, tanh inside, probabilities out."""
    layers = [nn.Linear(2 * d, d), nn.Tanh(), nn.Linear(d, max(d // 2, 1)), nn.Tanh(), nn.Linear(max(d // 2, 1), d)]
    for layer in layers[::2]:
        nn.init.xavier_normal_(layer.weight)
        nn.init.zeros_(layer.bias)
    return nn.Sequential(*layers, nn.Sigmoid())


def minibatch(u, m):
    """Rows with their masks and b; D and G each draw their own, as in the paper's algorithm."""
    rows = torch.randint(len(u), (min(BATCH, len(u)),), device=u.device)
    return u[rows], m[rows], hidden_cells(m[rows])


def generate(generator, x, mask):
    noise = NOISE * torch.rand_like(x)
    return generator(torch.cat([mask * x + (1 - mask) * noise, mask], 1))


def completed(x, mask, guess):
    return mask * x + (1 - mask) * guess


def probability(discriminator, xhat, h):
    return discriminator(torch.cat([xhat, h], 1)).clamp(1e-6, 1 - 1e-6)


def hidden_cells(mask):
    """b: 0 in one random cell of each row, 1 elsewhere; 0 everywhere without a hint."""
    if not HINT:
        return torch.zeros_like(mask)
    k = torch.randint(mask.shape[1], (len(mask), 1), device=mask.device)
    return torch.ones_like(mask).scatter_(1, k, 0.0)


def hint(mask, b):
    return b * mask + 0.5 * (1 - b)


def discriminator_loss(p, mask, b):
    return -((1 - b) * (mask * p.log() + (1 - mask) * (1 - p).log())).sum(1).mean()


def generator_loss(p, mask, b):
    return -((1 - b) * (1 - mask) * p.log()).sum(1).mean()


def reconstruction_loss(guess, x, mask, binary):
    g = guess.clamp(1e-6, 1 - 1e-6)
    entropy = -x * g.log() - (1 - x) * (1 - g).log()
    return (mask * torch.where(binary, entropy, (x - guess) ** 2)).sum(1).mean()


def step(adam, loss):
    adam.zero_grad()
    loss.backward()
    adam.step()
