"""WGAN: the critic's weights are clipped; the generator climbs the critic.

    min over G of max over clipped D of E D(x) - E D(G(z))

Source: Arjovsky, Chintala and Bottou, Wasserstein GAN (2017). Departs from it: Adam in the place of RMSProp, so that all
GANs here differ by their critic alone.
"""

import numpy as np
import torch

from papers.wgan_ts.kit import Gan

CLIP = 0.05


class Method:
    def __init__(self, seed: int, device: str):
        torch.manual_seed(seed)
        self.device = device

    def fit(self, x: np.ndarray) -> None:
        self.gan = Gan(x, self.device)
        for _ in range(self.gan.rounds):
            for _ in range(self.gan.critic_steps):
                loss = self.gan.critic(self.gan.fake().detach()).mean() - self.gan.critic(self.gan.real()).mean()
                self.gan.improve_critic(loss)
                with torch.no_grad():
                    for weight in self.gan.critic.parameters():
                        weight.clamp_(-CLIP, CLIP)
            self.gan.improve_generator(self.gan.noise())

    def sample(self, count: int) -> np.ndarray:
        return self.gan.sample(count)
