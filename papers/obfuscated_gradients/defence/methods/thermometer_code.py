"""A thermometer code of eight levels: steps without a derivative. A broken defence that claims much; it must fall.

Source: Buckman et al. (2018), section 3.
"""

import torch

from papers.obfuscated_gradients import kit

EPOCHS, LEVELS, CLAIM = 15, 8, 0.9


class Method(kit.Defence):
    def train(self, x, y, norm, eps):
        self.net = kit.small_net(code(x)).to(self.device)
        kit.fit_net(self.net, code(x), y, epochs=EPOCHS if len(x) < 10_000 else 2)
        return CLAIM

    def forward(self, x, generator):
        return self.net(code(x))

    def surrogate(self, x, generator):
        ramp = ((x[:, :, None] * LEVELS - bounds(x) + 1) / 2).clamp(0, 1).flatten(1, 2)
        return self.net(kit.straight_through(code(x), ramp))


def bounds(x):
    return torch.arange(LEVELS, device=x.device).view(-1, 1, 1)


def code(x):
    """(n, C, H, W) to (n, 8 C, H, W)."""
    return (x[:, :, None] * LEVELS >= bounds(x)).to(x.dtype).flatten(1, 2)
