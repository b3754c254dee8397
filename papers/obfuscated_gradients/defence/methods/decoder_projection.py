"""Replace the image by the nearest one that a decoder makes: an optimisation loop without a gradient. It must fall.

z_0 = 0, v <- .7 v + grad |decoder(z) - x|^2, z <- z - .05 v, thirty times. Source: Samangouei et al. (2018), Defense-GAN.
"""

import torch
from torch import nn

from papers.obfuscated_gradients import kit

EPOCHS, DECODER_EPOCHS, BATCH, CODE, STEPS, STEP, MOMENTUM, CLAIM = 15, 60, 64, 8, 30, 0.05, 0.7, 0.8


class Method(kit.Defence):
    def train(self, x, y, norm, eps):
        self.net = kit.small_net(x).to(self.device)
        kit.fit_net(self.net, x, y, epochs=EPOCHS if len(x) < 10_000 else 2)
        pixels = x[0].numel()
        encoder = nn.Sequential(nn.Flatten(), nn.Linear(pixels, 128), nn.ReLU(), nn.Linear(128, CODE)).to(self.device)
        self.decoder = nn.Sequential(nn.Linear(CODE, 128), nn.ReLU(), nn.Linear(128, pixels), nn.Sigmoid())
        self.decoder.to(self.device)
        adam = torch.optim.Adam([*encoder.parameters(), *self.decoder.parameters()], lr=1e-3)
        for _ in range(DECODER_EPOCHS if len(x) < 10_000 else 5):
            for rows in torch.randperm(len(x)).split(BATCH):
                adam.zero_grad()
                (self.decoder(encoder(x[rows])) - x[rows].flatten(1)).square().sum(1).mean().backward()
                adam.step()
        self.decoder.requires_grad_(False)
        return CLAIM

    def forward(self, x, generator):
        return self.net(self.projected(x))

    def surrogate(self, x, generator):
        return self.net(kit.straight_through(self.projected(x), x))

    def projected(self, x):
        x = x.detach()
        z = torch.zeros(len(x), CODE, device=x.device)
        velocity = torch.zeros_like(z)
        for _ in range(STEPS):
            with torch.enable_grad():
                z = z.detach().requires_grad_(True)
                error = (self.decoder(z) - x.flatten(1)).square().sum()
                (gradient,) = torch.autograd.grad(error, z)
            velocity = MOMENTUM * velocity + gradient
            z = z.detach() - STEP * velocity
        return self.decoder(z).view_as(x).detach()
