"""The critic of WGAN-LP: only slopes above one are punished, in the norm that is dual to the cost.

    max E D(x) - E D(y) - WEIGHT E max(0, |grad D(s)|_* - 1)^2,  |.|_* = maximum for L1, Euclidean for L2

Source: Petzka, Fischer and Lukovnikov, On the Regularization of Wasserstein GANs (2018).
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
        norm = torch.inf if cost == "l1" else 2
        self.net = critic(x.shape[1]).to(self.device)
        adam = torch.optim.Adam(self.net.parameters(), lr=1e-3, betas=(0.5, 0.999), fused=True)
        for _ in range(ROUNDS * STEPS):
            a, b = (points[torch.randint(len(points), (BATCH,))] for points in (p, q))
            steep = torch.linalg.vector_norm(slopes(self.net, between(a, b)), ord=norm, dim=1)
            adam.zero_grad()
            (self.net(b).mean() - self.net(a).mean() + WEIGHT * (steep - 1).clamp(min=0).square().mean()).backward()
            adam.step()
        return max(float(self.potential(x).mean() - self.potential(y).mean()), 0.0)

    def potential(self, z: np.ndarray) -> np.ndarray:
        return evaluate(self.net, z, self.device)
