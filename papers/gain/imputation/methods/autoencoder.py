"""A denoising auto-encoder: observed cells are dropped at random, and the network learns to give them back."""

import itertools

import numpy as np
import torch
from torch import nn

ITERATIONS = 2000
BATCH = 64
DROPPED = 0.3
WIDTHS = (4.0, 0.5, 4.0)  # of the hidden layers, in columns
IS_SMOOTH = False  # tanh in the place of ReLU


class Method:
    def __init__(self, seed: int, device: str):
        torch.manual_seed(seed)
        self.device = device

    def impute(self, x: np.ndarray, categorical: np.ndarray) -> np.ndarray:
        mean, spread = np.nanmean(x, axis=0), np.nanstd(x, axis=0)
        spread[spread == 0] = 1
        mask = torch.tensor(~np.isnan(x), dtype=torch.float32, device=self.device)
        z = torch.tensor(np.nan_to_num((x - mean) / spread), dtype=torch.float32, device=self.device)
        n, d = z.shape
        net = network(d).to(self.device)
        adam = torch.optim.Adam(net.parameters(), lr=1e-3, weight_decay=1e-5, fused=True)
        for _ in range(ITERATIONS):
            rows = torch.randint(n, (min(BATCH, n),), device=self.device)
            m, target = mask[rows], z[rows]
            kept = m * (torch.rand_like(m) > DROPPED)
            loss = (m * (net(torch.cat([kept * target, kept], 1)) - target) ** 2).sum() / m.sum()
            adam.zero_grad()
            loss.backward()
            adam.step()
        with torch.no_grad():
            filled = net(torch.cat([mask * z, mask], 1)).cpu().numpy()
        return np.where(np.isnan(x), filled * spread + mean, x).astype(np.float32)


def network(d):
    """(2 d) -> hidden layers -> d, linear at the end."""
    sides = [2 * d, *(max(int(width * d), 2) for width in WIDTHS)]
    layers = []
    for inputs, outputs in itertools.pairwise(sides):
        layers += [nn.Linear(inputs, outputs), nn.Tanh() if IS_SMOOTH else nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(sides[-1], d))
