"""The critic of WGAN: every weight is clipped to [-CLIP, CLIP] after each step.

    max over networks with clipped weights of E D(x) - E D(y)

Source: Arjovsky, Chintala and Bottou, Wasserstein GAN (2017). Departs from it: Adam in the place of RMSProp, so that all
critics here differ by their constraint alone.
"""

import numpy as np
import torch

from papers.wgan_ts.kit import critic, evaluate

CLIP = 0.01
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
            adam.zero_grad()
            (self.net(b).mean() - self.net(a).mean()).backward()
            adam.step()
            with torch.no_grad():
                for weight in self.net.parameters():
                    weight.clamp_(-CLIP, CLIP)
        return max(float(self.potential(x).mean() - self.potential(y).mean()), 0.0)

    def potential(self, z: np.ndarray) -> np.ndarray:
        return evaluate(self.net, z, self.device)
