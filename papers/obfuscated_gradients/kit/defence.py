"""A base for defences: write `train` and `forward`, and the calls of the board follow."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

Forward = Callable[[Tensor, torch.Generator], Tensor]


class Defence:
    """A defence made of torch.

    Write `train(x, y, norm, eps)`, which returns the robust accuracy you claim (0: no claim), and `forward(x, generator)`,
    logits (n, K) of images (n, C, H, W); take all randomness of `forward` from its generator. Where `forward` hides
    its gradient, write `surrogate(x, generator)` too: the same with smooth stand-ins (see `kit.straight_through`).
    """

    def __init__(self, seed: int, device: str) -> None:
        self.seed, self.device = seed, device

    def train(self, x: Tensor, y: Tensor, norm: str, eps: float) -> float:
        raise NotImplementedError

    def forward(self, x: Tensor, generator: torch.Generator) -> Tensor:
        raise NotImplementedError

    def surrogate(self, x: Tensor, generator: torch.Generator) -> Tensor:
        return self.forward(x, generator)

    def fit(self, x: np.ndarray, y: np.ndarray, norm: str, eps: float) -> float:
        torch.manual_seed(self.seed)
        return float(self.train(torch.tensor(x, device=self.device), torch.tensor(y, device=self.device), norm, eps))

    def logits(self, x: np.ndarray, draw: int) -> np.ndarray:
        with torch.no_grad():
            return self.forward(torch.tensor(x, device=self.device), generator_of(draw)).float().cpu().numpy()

    def gradient(self, x: np.ndarray, v: np.ndarray, draw: int) -> np.ndarray:
        return self._gradient(self.forward, x, v, draw)

    def surrogate_gradient(self, x: np.ndarray, v: np.ndarray, draw: int) -> np.ndarray:
        return self._gradient(self.surrogate, x, v, draw)

    def _gradient(self, forward: Forward, x: np.ndarray, v: np.ndarray, draw: int) -> np.ndarray:
        """d/dx sum(v * forward(x)), zero where autograd knows of no way."""
        at = torch.tensor(x, device=self.device, requires_grad=True)
        out = forward(at, generator_of(draw))
        if not out.requires_grad:
            return np.zeros_like(x)
        (gradient,) = torch.autograd.grad((torch.tensor(v, device=self.device) * out).sum(), at, allow_unused=True)
        return np.zeros_like(x) if gradient is None else gradient.float().cpu().numpy()


def generator_of(draw: int) -> torch.Generator:
    return torch.Generator().manual_seed(draw)
