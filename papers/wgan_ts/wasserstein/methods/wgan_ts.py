"""WGAN-TS in its two steps, with the regulariser of the authors' code; the abstract's two steps alone where WEIGHT is 0.

1. The exact potentials of a minibatch: max mean f - mean g subject to f_i - g_j <= c_ij (a linear programme), centred.
2. STEPS steps of regression on them: 1/2n [sum (D(x_i) - f_i)^2 + sum (D(y_j) - g_j)^2] + WEIGHT R,

    R = 1/n sum_j |grad D(y_j) - r_j|_2^2,  r_j = sign(x_i - y_j) for L1, (x_i - y_j) / |x_i - y_j| for L2,

x_i being the point that y_j is matched to: along this ray an optimal D rises with slope one.
Source: Liu, Gu and Samaras (2018), section 3; R, centring and settings from the authors' code. Departs from it: the
programme is solved as an assignment; learning rate 1e-3 and few rounds, like all critics here.
"""

import numpy as np
import torch

from papers.wgan_ts.kit import critic, evaluate, exact_potentials, pairwise, slopes

WEIGHT = 10.0
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
            c = pairwise(a, b, cost)
            f, g = exact_potentials(c)
            target = torch.as_tensor(np.r_[f, g], dtype=torch.float32, device=self.device)
            rays = torch.as_tensor(directions(a, b, c - f[:, None] + g, cost), device=self.device)
            z = torch.as_tensor(np.concatenate([a, b]), device=self.device)
            for _ in range(STEPS):
                adam.zero_grad()
                loss(self.net, z, target, rays).backward()
                adam.step()
        return max(float(self.potential(x).mean() - self.potential(y).mean()), 0.0)

    def potential(self, z: np.ndarray) -> np.ndarray:
        return evaluate(self.net, z, self.device)


def loss(net, z, target, rays):
    """z: (2n, d), the x first; target: (2n,) potentials; rays: (n, d) slopes at the y."""
    regression = (net(z)[:, 0] - target).square().mean()
    if WEIGHT == 0:
        return regression
    return regression + WEIGHT * (slopes(net, z[len(rays) :]) - rays).square().sum(dim=1).mean()


def directions(a, b, slack, cost):
    """From each y to the x that it is matched to, as slopes of one for the cost: (n, d) float32."""
    way = a[slack.argmin(axis=0)] - b
    return np.sign(way) if cost == "l1" else way / np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-12)
