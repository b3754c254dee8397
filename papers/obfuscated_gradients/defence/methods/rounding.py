"""Four grey levels: the derivative of rounding is zero. A broken defence that claims much; it must fall.

Source: Guo et al. (2018), bit-depth reduction.
"""

import torch

from papers.obfuscated_gradients import kit

EPOCHS, STEPS, CLAIM = 15, 3, 0.9


class Method(kit.Defence):
    def train(self, x, y, norm, eps):
        self.net = kit.small_net(x).to(self.device)
        kit.fit_net(self.net, rounded(x), y, epochs=EPOCHS if len(x) < 10_000 else 2)
        return CLAIM

    def forward(self, x, generator):
        return self.net(rounded(x))

    def surrogate(self, x, generator):
        return self.net(kit.straight_through(rounded(x), x))


def rounded(x):
    return torch.round(STEPS * x) / STEPS
