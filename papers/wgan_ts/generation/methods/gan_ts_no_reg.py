"""WGAN-TS in the two steps of its abstract: the critic regresses on the exact potentials of the minibatches, nothing else.

1. max mean f - mean g subject to f_i - g_j <= |x_i - y_j|_1 (a linear programme), centred.
2. Five steps on 1/2n [sum (D(x_i) - f_i)^2 + sum (D(y_j) - g_j)^2].
3. One step of the generator on - mean D(G(z)), with the same z.

Source: Liu, Gu and Samaras (2018).
"""

import numpy as np
import torch

from papers.wgan_ts.kit import Gan, exact_potentials, pairwise


class Method:
    def __init__(self, seed: int, device: str):
        torch.manual_seed(seed)
        self.device = device

    def fit(self, x: np.ndarray) -> None:
        self.gan = Gan(x, self.device)
        for _ in range(self.gan.rounds):
            noise = self.gan.noise()
            a, b = self.gan.real(), self.gan.generator(noise).detach()
            potentials = exact_potentials(pairwise(a.cpu().numpy(), b.cpu().numpy(), "l1"))
            target = torch.as_tensor(np.concatenate(potentials), dtype=torch.float32, device=self.device)
            for _ in range(self.gan.critic_steps):
                self.gan.improve_critic((self.gan.critic(torch.cat([a, b]))[:, 0] - target).square().mean())
            self.gan.improve_generator(noise)

    def sample(self, count: int) -> np.ndarray:
        return self.gan.sample(count)
