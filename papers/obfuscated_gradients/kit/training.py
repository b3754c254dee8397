"""Training of small nets, plain or on images under attack."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from papers.obfuscated_gradients.kit.ball import Norm, random_start
from papers.obfuscated_gradients.kit.gradients import ascend, cross_entropy, objective
from papers.obfuscated_gradients.kit.victims import channels_last

BATCH = 64
Disturb = Callable[[nn.Module, Tensor, Tensor], Tensor]  # model, images, labels -> images


def fit_net(
    model: nn.Module, x: Tensor, y: Tensor, *, epochs: int, rate: float = 1e-3, disturb: Disturb | None = None
) -> None:
    """Adam on the cross-entropy, on images that `disturb` has changed first; the rate falls to zero as a cosine.

    x: (n, C, H, W); y: (n,). Draws from torch's global generator: seed it before.
    """
    channels_last(model)
    adam = torch.optim.Adam(model.parameters(), lr=rate, fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(adam, epochs * -(-len(y) // BATCH))
    for _ in range(epochs):
        for rows in torch.split(torch.randperm(len(y)).to(y.device), BATCH):
            batch = disturb(model, x[rows], y[rows]) if disturb else x[rows]
            adam.zero_grad()
            functional.cross_entropy(model(batch), y[rows]).backward()  # type: ignore[no-untyped-call]
            adam.step()
            schedule.step()
    model.requires_grad_(False)


def small_net(x: Tensor) -> nn.Sequential:
    """Two convolutions and two dense layers for images (n, C, H, W) and ten classes."""
    channels, side = x.shape[1:3]
    stride = 1 if side < 20 else 2
    inner = -(-side // stride) // 2
    return nn.Sequential(
        *(nn.Conv2d(channels, 16, 3, padding=1, stride=stride), nn.ReLU()),
        *(nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(32 * inner * inner, 64), nn.ReLU(), nn.Linear(64, 10)),
    )


def pgd_images(*, norm: Norm, eps: float, steps: int) -> Disturb:
    """Images under PGD on the model as it is. Source: Madry et al. (2018), equation 2.1."""

    def disturb(model: nn.Module, x: Tensor, y: Tensor) -> Tensor:
        loss = objective(lambda at, _: model(at), y, loss=cross_entropy)
        start = random_start(x, norm=norm, eps=eps)
        return ascend(loss, x, norm=norm, eps=eps, steps=steps, start=start, keep="last")

    return disturb
