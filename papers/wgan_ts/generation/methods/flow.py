"""Flow matching: learn the velocity along straight lines from noise to data, then follow it.

    min E |v(x_t, t) - (x - z)|^2,  x_t = (1 - t) z + t x,  z ~ N(0, I);   dx/dt = v(x, t) from z at t = 0

Source: Lipman et al., Flow Matching for Generative Modeling (2023); Liu, Gong and Liu, rectified flow (2023).
"""

import itertools

import numpy as np
import torch
from torch import nn

STEPS, STEPS_OF_IMAGES, BATCH = 4_000, 20_000, 128  # images: more than LARGE coordinates
LARGE, EULER = 256, 50
FREQUENCIES = torch.tensor([1.0, 2.0, 4.0]) * torch.pi


class Method:
    def __init__(self, seed: int, device: str):
        torch.manual_seed(seed)
        self.device = device

    def fit(self, x: np.ndarray) -> None:
        data = 2 * torch.as_tensor(x, device=self.device) - 1
        self.d, large = x.shape[1], x.shape[1] > LARGE
        self.net = velocity(self.d, 512 if large else 128).to(self.device)
        steps = STEPS_OF_IMAGES if large else STEPS
        adam = torch.optim.Adam(self.net.parameters(), lr=1e-3, fused=True)
        decay = torch.optim.lr_scheduler.CosineAnnealingLR(adam, steps)
        for _ in range(steps):
            end = data[torch.randint(len(data), (BATCH,), device=self.device)]
            start, t = torch.randn_like(end), torch.rand(BATCH, 1, device=self.device)
            adam.zero_grad()
            (self.net(timed((1 - t) * start + t * end, t)) - (end - start)).square().mean().backward()
            adam.step()
            decay.step()

    def sample(self, count: int) -> np.ndarray:
        x = torch.randn(count, self.d, device=self.device)
        with torch.no_grad():
            for step in range(EULER):
                x += self.net(timed(x, torch.full((count, 1), step / EULER, device=self.device))) / EULER
        return ((x + 1) / 2).clamp(0, 1).cpu().numpy()


def velocity(d, width):
    """(x, t, waves of t) -> width -> width -> width -> d."""
    sides = itertools.pairwise((d + 1 + 2 * len(FREQUENCIES), width, width, width))
    hidden = [layer for a, b in sides for layer in (nn.Linear(a, b), nn.SiLU())]
    return nn.Sequential(*hidden, nn.Linear(width, d))


def timed(x, t):
    waves = t * FREQUENCIES.to(t.device)
    return torch.cat([x, t, waves.sin(), waves.cos()], 1)
