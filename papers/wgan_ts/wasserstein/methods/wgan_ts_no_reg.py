"""WGAN-TS in the two steps of its abstract, without the regulariser of the authors' code.

1. The exact potentials of a minibatch: max mean f - mean g subject to f_i - g_j <= c_ij (a linear programme), centred.
2. STEPS steps of regression on them: 1/2n [sum (D(x_i) - f_i)^2 + sum (D(y_j) - g_j)^2].

Source: Liu, Gu and Samaras (2018), section 3. Departs from it: the programme is solved as an assignment; learning rate
1e-3 and few rounds, like all critics here.
"""

import numpy as np
import torch

from papers.wgan_ts.kit import critic, evaluate, exact_potentials, pairwise

ROUNDS, STEPS, BATCH = 300, 5, 64


class Method:
    def __init__(self, seed: int, device: str):
        torch.manual_seed(seed)
        self.rng = np.random.default_rng(seed)
        self.device = device

    def fit(self, x: np.ndarray, y: np.ndarray, cost: str) -> float:
        self.net = critic(x.shape[1]).to(self.device)
        adam = torch.optim.Adam(self.net.parameters(), lr=1e-3, betas=(0.5, 0.999), fused=True)
        for _ in range(ROUNDS):
            a, b = (points[self.rng.integers(len(points), size=BATCH)] for points in (x, y))
            target = torch.as_tensor(np.r_[exact_potentials(pairwise(a, b, cost))], dtype=torch.float32).to(self.device)
            z = torch.as_tensor(np.concatenate([a, b]), device=self.device)
            for _ in range(STEPS):
                adam.zero_grad()
                (self.net(z)[:, 0] - target).square().mean().backward()
                adam.step()
        return max(float(self.potential(x).mean() - self.potential(y).mean()), 0.0)

    def potential(self, z: np.ndarray) -> np.ndarray:
        return evaluate(self.net, z, self.device)
