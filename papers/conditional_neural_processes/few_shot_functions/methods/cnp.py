"""A conditional neural process: a mean over encoded context points, decoded at each target. Eqs. 1 to 4 of the paper.

FLOOR 0.1, FEATURES 0, RATE 1e-4, MOST 9 and IS_LEVEL are the authors' notebook. Ours has no floor, meets contexts of all sizes,
and sees sines and cosines of its inputs: without them it stays near the mean of curves and images for thousands of steps.
ATTENTION lets each target weigh the encoded points (Kim et al. 2019) beside their mean.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from papers.conditional_neural_processes.kit.learning import Batches, Waves, mlp, negative_log_likelihood, train

WIDTH = 128
DEPTH = 4  # of encoder and decoder
FLOOR = 0.001
FEATURES = 12  # sines and cosines of each input; 0: the bare inputs
ATTENTION = False
HEADS = 8
RATE = 1e-3
MOST = 0  # context points in training; 0: the most that is asked
IS_LEVEL = False  # whether each size of the context is met as often; else each size of logarithm


class Network(nn.Module):
    def __init__(self, x_dim, is_image):
        super().__init__()
        self.waves = Waves(x_dim, FEATURES, is_image=is_image)
        size = self.waves.size
        self.encoder = mlp(x_dim + 1 + 2 * size, WIDTH, WIDTH, DEPTH)
        self.decoder = mlp(x_dim + 3 * size + WIDTH * (1 + ATTENTION), WIDTH, 2, DEPTH)
        if ATTENTION:
            self.address, self.collect = mlp(x_dim + size, WIDTH, WIDTH, 2), nn.Linear(WIDTH, WIDTH)

    def forward(self, xc, yc, xt):
        """Means and deviations of the targets, each (B, m, 1)."""
        (u_c, wave_c), (u_t, wave_t) = self.waves(xc), self.waves(xt)
        encoded = self.encoder(torch.cat([u_c, yc, wave_c, yc * wave_c], dim=-1))
        r = encoded.mean(dim=1, keepdim=True).expand(-1, xt.shape[1], -1)
        # What a kernel smoother is made of: the spectra of the context's places and of its values, turned to the target.
        places, values = (wave_t * z.mean(dim=1, keepdim=True) for z in (wave_c, yc * wave_c))
        parts = [u_t, wave_t, places, values, r]
        if ATTENTION:
            at_t, at_c = torch.cat([u_t, wave_t], dim=-1), torch.cat([u_c, wave_c], dim=-1)
            query, key, value = (by_head(z) for z in (self.address(at_t), self.address(at_c), encoded))
            looked = functional.scaled_dot_product_attention(query, key, value)
            parts.append(self.collect(looked.transpose(1, 2).flatten(2)))
        mean, spread = self.decoder(torch.cat(parts, dim=-1)).chunk(2, dim=-1)
        return mean, FLOOR + (1 - FLOOR) * functional.softplus(spread)

    def loss(self, x, y, n):
        """The paper's loss asks the context's points, too."""
        return negative_log_likelihood(y, *self(x[:, :n], y[:, :n], x))


def by_head(z):
    return z.unflatten(-1, (HEADS, -1)).transpose(1, 2)


class Method:
    def __init__(self, seed, device):
        self.rng, self.device = np.random.default_rng(seed), device
        torch.manual_seed(seed)

    def fit(self, task):
        self.network = Network(task["x_dim"], task["kind"] == "images").to(self.device)
        batches = Batches(task, self.rng, self.device, (3, MOST or task["max_context"]), IS_LEVEL)
        self.steps = train(self.network, batches, rate=RATE, budget_s=task["budget_s"])

    @torch.no_grad()
    def predict(self, xc, yc, xt):
        given = (torch.as_tensor(z, device=self.device) for z in (xc, yc, xt))
        return tuple(z.cpu().numpy() for z in self.network(*given))
