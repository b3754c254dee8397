"""A semi-dual critic: the constraint is built in, by the c-transform within each minibatch.

    max over f of E f(x) + E min_i (c(x_i, y) - f(x_i))

Source: Genevay, Cuturi, Peyré and Bach, Stochastic Optimization for Large-scale Optimal Transport (2016). The minimum
is taken over the batch, so its value is biased upwards like any minibatch estimate.
"""

import numpy as np
import torch

from papers.wgan_ts.kit import critic, distances, evaluate

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
            f = self.net(a)
            adam.zero_grad()
            (-f.mean() - (distances(a, b, cost) - f).min(dim=0).values.mean()).backward()
            adam.step()
        return max(float(self.potential(x).mean() - self.potential(y).mean()), 0.0)

    def potential(self, z: np.ndarray) -> np.ndarray:
        return evaluate(self.net, z, self.device)
