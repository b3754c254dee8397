"""A defence as the evaluator questions it: every answer checked, and its loss and gradient put together on this side."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from papers import answers
from papers.obfuscated_gradients.defence.interface import Method
from papers.obfuscated_gradients.kit.gradients import Loss, Objective
from papers.obfuscated_gradients.problem.threats import Norm

LARGEST = 1e9  # what is larger is cut to it: within float32, where losses still add up
Seeds = Iterator[int]
Trace = list[tuple[float, float]]  # (mean loss, accuracy) of every point asked for


class Respondent:
    """The four calls over tensors. Labels and losses stay here: the method sees images, weights of logits and draws."""

    def __init__(self, method: Method, classes: int) -> None:
        self._method, self._classes = method, classes
        self.gradients = self.not_finite = 0  # images whose gradient was asked, and came with NaN or infinity

    def fit(self, x: np.ndarray, y: np.ndarray, norm: Norm, eps: float) -> float:
        """The claimed robust accuracy in [0, 1]. Raises AnswerError."""
        claim = self._method.fit(x, y, norm, eps)
        return answers.number(claim, call="fit", low=0.0, high=1.0, what="the claimed robust accuracy (0: no claim)")

    def logits(self, x: Tensor, draw: int) -> Tensor:
        """(n, C, H, W) -> (n, K) float32. Raises AnswerError."""
        answer = self._method.logits(x.numpy(), draw)
        return torch.from_numpy(float32(answer, call="logits", shape=(len(x), self._classes), finite=True))

    def gradient(self, x: Tensor, v: Tensor, draw: int, *, surrogate: bool = False) -> Tensor:
        """Like x; NaN and infinity are counted and become zero. v: (n, K). Raises AnswerError."""
        ask = self._method.surrogate_gradient if surrogate else self._method.gradient
        call = "surrogate_gradient" if surrogate else "gradient"
        answer = float32(ask(x.numpy(), v.numpy(), draw), call=call, shape=tuple(x.shape), finite=False)
        bad = ~np.isfinite(answer)
        self.gradients += len(x)
        self.not_finite += int(bad.reshape(len(x), -1).any(1).sum())
        return torch.from_numpy(np.where(bad, 0, answer).astype(np.float32))

    def objective(
        self,
        y: Tensor,
        *,
        loss: Loss,
        seeds: Seeds,
        draws: int = 1,
        surrogate: bool = False,
        trace: Trace | None = None,
    ) -> Objective:
        """Mean loss and gradient over fresh draws; `trace` is added to at every point asked for."""

        def at(x: Tensor) -> tuple[Tensor, Tensor]:
            losses, gradients, right = [], [], []
            for _ in range(draws):
                draw = next(seeds)
                z = self.logits(x, draw)
                value, v = loss_and_slope(loss, z, y)
                losses.append(value)
                right.append(z.argmax(1) == y)
                gradients.append(self.gradient(x, v, draw, surrogate=surrogate))
            mean = torch.stack(losses).mean(0)
            if trace is not None:
                trace.append((float(mean.mean()), float(torch.stack(right).float().mean())))
            return mean, torch.stack(gradients).mean(0)

        return at

    def share_right(self, x: Tensor, y: Tensor, draws: list[int]) -> Tensor:
        """For each image the share of draws in which it is classified rightly: (n,)."""
        return torch.stack([(self.logits(x, draw).argmax(1) == y).float() for draw in draws]).mean(0)


def loss_and_slope(loss: Loss, z: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """The loss (n,) at logits z, and its derivative by z."""
    z = z.clone().requires_grad_(True)
    value = loss(z, y)
    (slope,) = torch.autograd.grad(value.sum(), z)
    return value.detach(), slope


def float32(answer: object, *, call: str, shape: tuple[int, ...], finite: bool) -> np.ndarray:
    """The answer, cut to LARGEST. Raises AnswerError."""
    values = answers.array(answer, call=call, shape=shape, low=-np.inf, high=np.inf, finite=finite)
    return np.asarray(np.clip(values, -LARGEST, LARGEST), np.float32)
