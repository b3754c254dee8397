"""WGAN-TS: the critic regresses on the exact potentials of real against generated minibatch, with R of the authors' code.

Where WEIGHT is 0, the two steps of the abstract and nothing else.

1. max mean f - mean g subject to f_i - g_j <= |x_i - y_j|_1 (a linear programme), centred.
2. Five steps on 1/2n [sum (D(x_i) - f_i)^2 + sum (D(y_j) - g_j)^2] + WEIGHT R,
   R = 1/n sum_j |grad D(y_j) - sign(x_i - y_j)|_2^2, x_i being the point that y_j is matched to.
3. One step of the generator on - mean D(G(z)), with the same z.

Source: Liu, Gu and Samaras (2018); R, centring and settings from the authors' code.
"""

import numpy as np
import torch

from papers.wgan_ts.kit import Gan, exact_potentials, pairwise, slopes

WEIGHT = 10.0


class Method:
    def __init__(self, seed: int, device: str):
        torch.manual_seed(seed)
        self.device = device

    def fit(self, x: np.ndarray) -> None:
        self.gan = Gan(x, self.device)
        for _ in range(self.gan.rounds):
            noise = self.gan.noise()
            a, b = self.gan.real(), self.gan.generator(noise).detach()
            c = pairwise(a.cpu().numpy(), b.cpu().numpy(), "l1")
            f, g = exact_potentials(c)
            target = torch.as_tensor(np.r_[f, g], dtype=torch.float32, device=self.device)
            rays = (a[torch.as_tensor((c - f[:, None] + g).argmin(axis=0))] - b).sign()
            for _ in range(self.gan.critic_steps):
                loss = (self.gan.critic(torch.cat([a, b]))[:, 0] - target).square().mean()
                if WEIGHT > 0:
                    loss = loss + WEIGHT * (slopes(self.gan.critic, b) - rays).square().sum(dim=1).mean()
                self.gan.improve_critic(loss)
            self.gan.improve_generator(noise)

    def sample(self, count: int) -> np.ndarray:
        return self.gan.sample(count)
