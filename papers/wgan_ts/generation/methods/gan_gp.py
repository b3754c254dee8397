"""WGAN-GP: the Euclidean norm of the critic's gradient is drawn to one between real and generated points.

    max E D(x) - E D(G(z)) - WEIGHT E (|grad D(s)|_2 - 1)^2

Source: Gulrajani et al., Improved Training of Wasserstein GANs (2017).
"""

import numpy as np
import torch

from papers.wgan_ts.kit import Gan, between, slopes

WEIGHT = 10.0


class Method:
    def __init__(self, seed: int, device: str):
        torch.manual_seed(seed)
        self.device = device

    def fit(self, x: np.ndarray) -> None:
        self.gan = Gan(x, self.device)
        for _ in range(self.gan.rounds):
            for _ in range(self.gan.critic_steps):
                a, b = self.gan.real(), self.gan.fake().detach()
                penalty = ((slopes(self.gan.critic, between(a, b)).norm(dim=1) - 1) ** 2).mean()
                self.gan.improve_critic(self.gan.critic(b).mean() - self.gan.critic(a).mean() + WEIGHT * penalty)
            self.gan.improve_generator(self.gan.noise())

    def sample(self, count: int) -> np.ndarray:
        return self.gan.sample(count)
