"""A convolutional conditional neural process (Gordon et al. 2020): the context becomes a picture, which a CNN completes.

Curves: on a grid that covers all inputs, at several widths, how many context points are near and what their values are; dilated
convolutions; then each target reads the grid where it lies, beside the same sums at its own place. Moving all inputs moves the
prediction. Images: the grid is that of the pixels, with what is observed, and each pixel's mean and deviation in training.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from papers.conditional_neural_processes.kit import HIGH, LOW
from papers.conditional_neural_processes.kit.learning import Batches, negative_log_likelihood, train

CHANNELS = 32
DENSITY = 24  # grid points a unit
MARGIN = 0.5  # of the grid beyond the outermost inputs, and beyond [LOW, HIGH]
WIDTHS = (0.05, 0.15, 0.4)  # of the sums over context points
PIXEL_WIDTHS = (0.7, 1.5)  # the same on images, in pixels
DILATIONS = (1, 2, 4, 4, 2, 1)
FLOOR = 0.001
RATE = 2e-3


def sums(at, xc, yc, widths):
    """Around each of the places at (B, m): how many of the context points xc, yc (B, n) are near, and the mean of their values.

    Two channels for each width: (B, m, 2 * widths).
    """
    square = (at[:, :, None] - xc[:, None, :]) ** 2
    channels = []
    for width in widths:
        near = torch.exp(-0.5 * square / width**2)
        count = near.sum(dim=2)
        channels += [count / (1 + count), torch.bmm(near, yc[..., None])[..., 0] / (0.02 + count)]
    return torch.stack(channels, dim=-1)


class Block(nn.Module):
    def __init__(self, make, channels, dilation, size):
        super().__init__()
        self.convolution = make(channels, channels, size, padding=dilation * (size // 2), dilation=dilation)

    def forward(self, z):
        return z + functional.relu(self.convolution(z))


def output(channels):
    return nn.Sequential(nn.Linear(channels, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))


def bounded(values):
    mean, spread = values.chunk(2, dim=-1)
    return mean, FLOOR + functional.softplus(spread)


class Curves(nn.Module):
    def __init__(self):
        super().__init__()
        channels = 2 * len(WIDTHS)
        self.enter = nn.Conv1d(channels, CHANNELS, 5, padding=2)
        self.blocks = nn.Sequential(*(Block(nn.Conv1d, CHANNELS, dilation, 5) for dilation in DILATIONS))
        self.output = output(CHANNELS + channels)

    def forward(self, xc, yc, xt):
        xc, yc, xt = xc[..., 0], yc[..., 0], xt[..., 0]
        ends = [end for z in (xc, xt) for end in (float(z.min()), float(z.max()))]
        low, high = min(LOW, *ends) - MARGIN, max(HIGH, *ends) + MARGIN  # the same whatever else is asked
        grid = torch.arange(np.floor(low * DENSITY), np.ceil(high * DENSITY) + 1, device=xc.device) / DENSITY
        picture = sums(grid.expand(len(xc), -1), xc, yc, WIDTHS).transpose(1, 2)
        hidden = self.blocks(functional.relu(self.enter(picture)))  # (B, channels, g)
        near = torch.softmax(-0.5 * ((xt[:, :, None] - grid) * DENSITY) ** 2, dim=2)
        read = torch.bmm(near, hidden.transpose(1, 2))
        return bounded(self.output(torch.cat([read, sums(xt, xc, yc, WIDTHS)], dim=-1)))

    def loss(self, x, y, n):
        """Of the targets alone: the sums at a context point hold its own value."""
        return negative_log_likelihood(y[:, n:], *self(x[:, :n], y[:, :n], x[:, n:]))


class Images(nn.Module):
    def __init__(self, images):
        super().__init__()
        self.shape = images.shape[1:3]
        known = torch.stack([images[..., 0].mean(dim=0), images[..., 0].std(dim=0)])
        self.register_buffer("known", known)
        self.enter = nn.Conv2d(4 + 2 * len(PIXEL_WIDTHS), CHANNELS, 3, padding=1)
        self.blocks = nn.Sequential(*(Block(nn.Conv2d, CHANNELS, 1, 3) for _ in DILATIONS))
        self.output = output(CHANNELS + 2)

    def pixels(self, x):
        h, w = self.shape
        place = (x * torch.tensor([h, w], device=x.device)).long()
        return place[..., 0] * w + place[..., 1]

    def forward(self, xc, yc, xt):
        h, w = self.shape
        at_c, at_t = self.pixels(xc), self.pixels(xt)
        seen, values = (torch.zeros(len(xc), h * w, device=xc.device) for _ in range(2))
        known = self.known.reshape(2, -1)
        seen.scatter_(1, at_c, 1.0)
        values.scatter_(1, at_c, yc[..., 0] - known[0][at_c])
        flat = [seen, values]
        for width in PIXEL_WIDTHS:
            count, mean = (blurred(z.reshape(-1, 1, h, w), width).flatten(1) for z in (seen, values))
            flat += [count / (1 + count), mean / (0.02 + count)]
        picture = torch.stack([*flat, *known[:, None].expand(-1, len(xc), -1)], dim=1).reshape(len(xc), -1, h, w)
        hidden = self.blocks(functional.relu(self.enter(picture))).flatten(2).transpose(1, 2)  # (B, h * w, channels)
        read = torch.gather(hidden, 1, at_t[..., None].expand(-1, -1, CHANNELS))
        mean, deviation = bounded(self.output(torch.cat([read, known.T[at_t]], dim=-1)))
        return known[0][at_t][..., None] + mean, deviation

    def loss(self, x, y, n):
        """Of the targets alone: the sums at a context point hold its own value."""
        return negative_log_likelihood(y[:, n:], *self(x[:, :n], y[:, :n], x[:, n:]))


def blurred(z, width):
    reach = int(3 * width)
    line = torch.exp(-0.5 * (torch.arange(-reach, reach + 1, device=z.device) / width) ** 2)
    return functional.conv2d(
        functional.conv2d(z, line[None, None, :, None], padding=(reach, 0)), line[None, None, None], padding=(0, reach)
    )


class Method:
    def __init__(self, seed, device):
        self.rng, self.device = np.random.default_rng(seed), device
        torch.manual_seed(seed)

    def fit(self, task):
        images = torch.as_tensor(task["images"])
        self.network = (Images(images) if len(images) else Curves()).to(self.device)
        batches = Batches(task, self.rng, self.device, (3, task["max_context"]), is_level=False)
        self.steps = train(self.network, batches, rate=RATE, budget_s=task["budget_s"])

    @torch.no_grad()
    def predict(self, xc, yc, xt):
        given = (torch.as_tensor(z, device=self.device) for z in (xc, yc, xt))
        return tuple(z.cpu().numpy() for z in self.network(*given))
