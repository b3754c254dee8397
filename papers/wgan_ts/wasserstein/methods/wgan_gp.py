"""The critic of WGAN-GP: the Euclidean norm of its gradient is drawn to one on segments between the samples.

    max E D(x) - E D(y) - WEIGHT E (|grad D(s)|_2 - 1)^2,  s between x and y

Source: Gulrajani et al., Improved Training of Wasserstein GANs (2017), equation 3. For an L1 cost the Euclidean norm is
the wrong one: the method is taken as it is.
"""

import numpy as np
import torch

from papers.wgan_ts.kit import between, critic, evaluate, slopes

WEIGHT = 10.0
ROUNDS, STEPS, BATCH = 300, 5, 64


class Method:
    def __init__(self, seed: int, device: str):
        torch.manual_seed(seed)
        self.device = device

    def fit(self, x: np.ndarray, y: np.ndarray, cost: str) -> float:
        p, q = (torch.as_tensor(points, device=self.device) for points in (x, y))
        self.net = critic(x.shape[1]).to(self.device)
        adam = torch.optim.Adam(self.net.parameters(), lr=1e-3, betas=(0.5, 0.999), fused=True)
        for _ in range(ROUNDS * STEPS):
            a, b = (points[torch.randint(len(points), (BATCH,))] for points in (p, q))
            penalty = ((slopes(self.net, between(a, b)).norm(dim=1) - 1) ** 2).mean()
            adam.zero_grad()
            (self.net(b).mean() - self.net(a).mean() + WEIGHT * penalty).backward()
            adam.step()
        return max(float(self.potential(x).mean() - self.potential(y).mean()), 0.0)

    def potential(self, z: np.ndarray) -> np.ndarray:
        return evaluate(self.net, z, self.device)
