"""What the house methods share, importable in the sandbox: networks, distances and the exact potentials of one batch."""

import itertools
from typing import cast

import numpy as np
import torch
from scipy.spatial.distance import cdist
from torch import Tensor, nn

from papers.wgan_ts.kit.assignment import exact_potentials as exact_potentials

WIDTH = 128


def critic(d: int) -> nn.Sequential:
    """d -> 128 -> 128 -> 128 -> 1 with ReLU."""
    sides = itertools.pairwise((d, WIDTH, WIDTH, WIDTH))
    hidden = [layer for a, b in sides for layer in (nn.Linear(a, b), nn.ReLU())]
    return nn.Sequential(*hidden, nn.Linear(WIDTH, 1))


def pairwise(x: np.ndarray, y: np.ndarray, cost: str) -> np.ndarray:
    """Distances "l1" or "l2"; x: (n, d), y: (m, d) -> (n, m) float64."""
    return cdist(np.asarray(x, float), np.asarray(y, float), "cityblock" if cost == "l1" else "euclidean")


def soft_minimum(values: np.ndarray, eps: float) -> np.ndarray:
    """-eps log mean_j exp(-values_ij / eps), without overflow: (k, m) -> (k,)."""
    least = values.min(axis=1, keepdims=True)
    return cast("np.ndarray", least[:, 0] - eps * np.log(np.exp((least - values) / eps).mean(axis=1)))


def distances(x: Tensor, y: Tensor, cost: str) -> Tensor:
    """The same as `pairwise`, on tensors: (n, d), (m, d) -> (n, m)."""
    return torch.cdist(x, y, p=1.0 if cost == "l1" else 2.0)


def slopes(net: nn.Module, z: Tensor) -> Tensor:
    """Gradients of a critic at z, differentiable themselves: (n, d) -> (n, d)."""
    z = z.detach().requires_grad_()
    return torch.autograd.grad(net(z).sum(), z, create_graph=True)[0]


def between(x: Tensor, y: Tensor) -> Tensor:
    """Random points on the segments x_i y_i: (n, d)."""
    share = torch.rand(len(x), 1, device=x.device)
    return share * x + (1 - share) * y


def evaluate(net: nn.Module, z: np.ndarray, device: str) -> np.ndarray:
    """A critic's values: (k, d) -> (k,) float64."""
    with torch.no_grad():
        values = net(torch.as_tensor(z, device=device))[:, 0]
    return cast("np.ndarray", values.double().cpu().numpy())


class Gan:
    """Generator, critic and their optimisers: what all GANs here have in common. They differ by their critic's loss.

    z: 16 -> 128 -> 128 -> d, sigmoid; critic d -> 128 -> 128 -> 1, ReLU; wider and longer where d > 256. Adam 5e-4 for the
    generator and 1e-3 for the critic, betas (0.5, 0.999), batches of 64, 5 critic steps for each of the generator.
    """

    latent, batch, critic_steps = 16, 64, 5

    def __init__(self, x: np.ndarray, device: str) -> None:
        large = x.shape[1] > 256
        width = 512 if large else WIDTH
        self.rounds = 6_000 if large else 600
        self._x, self._device = torch.as_tensor(x, device=device), device
        self.generator = nn.Sequential(*layers(self.latent, width, x.shape[1]), nn.Sigmoid()).to(device)
        self.critic = nn.Sequential(*layers(x.shape[1], width, 1)).to(device)
        self._adams = [
            torch.optim.Adam(net.parameters(), lr=rate, betas=(0.5, 0.999), fused=True)
            for net, rate in ((self.generator, 5e-4), (self.critic, 1e-3))
        ]

    def noise(self) -> Tensor:
        return torch.randn(self.batch, self.latent, device=self._device)

    def real(self) -> Tensor:
        return self._x[torch.randint(len(self._x), (self.batch,), device=self._device)]

    def fake(self) -> Tensor:
        return cast("Tensor", self.generator(self.noise()))

    def improve_critic(self, loss: Tensor) -> None:
        self._step(self._adams[1], loss)

    def improve_generator(self, noise: Tensor) -> None:
        """One step up the critic."""
        self._step(self._adams[0], -self.critic(self.generator(noise)).mean())

    def _step(self, adam: torch.optim.Optimizer, loss: Tensor) -> None:
        adam.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        adam.step()

    def sample(self, count: int) -> np.ndarray:
        """New points: (count, d) float32."""
        with torch.no_grad():
            drawn = self.generator(torch.randn(count, self.latent, device=self._device))
        return cast("np.ndarray", drawn.cpu().numpy())


def layers(inputs: int, width: int, outputs: int) -> list[nn.Module]:
    """inputs -> width -> width -> outputs with ReLU inside."""
    return [
        nn.Linear(inputs, width),
        nn.ReLU(),
        nn.Linear(width, width),
        nn.ReLU(),
        nn.Linear(width, outputs),
    ]
