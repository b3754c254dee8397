"""Pad, crop at random and add noise: another function at each call. A broken defence that claims much; it must fall.

Source: Guo et al. (2018) and Xie et al. (2018), random crops and padding.
"""

import torch
from torch.nn import functional

from papers.obfuscated_gradients import kit

EPOCHS, PAD, NOISE, CLAIM = 25, 2, 0.15, 0.8


class Method(kit.Defence):
    def train(self, x, y, norm, eps):
        self.net = kit.small_net(x).to(self.device)
        kit.fit_net(
            self.net,
            x,
            y,
            epochs=EPOCHS if len(x) < 10_000 else 3,
            disturb=lambda _, images, __: disturbed(images, None),
        )
        return CLAIM

    def forward(self, x, generator):
        return self.net(disturbed(x, generator))


def disturbed(x, generator):
    side = x.shape[-1]
    padded = functional.pad(x, (PAD,) * 4)
    corners = torch.randint(0, 2 * PAD + 1, (len(x), 2), generator=generator).tolist()
    cut = torch.stack([image[:, i : i + side, j : j + side] for image, (i, j) in zip(padded, corners, strict=True)])
    return cut + NOISE * torch.randn(x.shape, generator=generator).to(x)
