"""Randomised smoothing: the mean probability over Gaussian noise on the image, of a net trained on the same noise.

Its certificate is for l2; for linf it holds within eps / sqrt(d), so that it claims nothing here.
Source: Cohen, Rosenfeld and Kolter (2019), section 3; departs from it: mean probabilities instead of votes.
"""

import torch

from papers.obfuscated_gradients import kit

EPOCHS, NOISE, SAMPLES = 25, 0.25, 16


class Method(kit.Defence):
    def train(self, x, y, norm, eps):
        self.net = kit.small_net(x).to(self.device)
        noisy = lambda model, images, labels: images + NOISE * torch.randn_like(images)  # noqa: E731
        kit.fit_net(self.net, x, y, epochs=EPOCHS if len(x) < 10_000 else 3, disturb=noisy)
        return 0.0

    def forward(self, x, generator):
        noise = NOISE * torch.randn((SAMPLES, *x.shape), generator=generator).to(x)
        answers = self.net((x + noise).flatten(0, 1)).softmax(1)
        return answers.view(SAMPLES, len(x), -1).mean(0).clamp_min(1e-12).log()
