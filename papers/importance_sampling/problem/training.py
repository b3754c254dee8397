"""A training run that somebody else steers: which candidates are scored, how the batch is drawn. Every pass is charged."""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from papers.importance_sampling.problem import networks, samples
from papers.importance_sampling.problem.gradients import Plan, gram_of
from papers.importance_sampling.problem.samples import Samples, Sets
from papers.importance_sampling.problem.setting import TRAINED, Setting
from papers.task import Seed

RATE, MOMENTUM = 0.05, 0.9
DECAYS = ((0.5, 0.2), (0.8, 0.04))  # from this share of the units on, times the rate
PRETRAINING = 600  # batches
PRETRAINED_RATE = 0.2  # times the rate: fine-tuning
LARGEST = 1e6  # nats: beyond it a run has diverged


class Diverged(Exception):
    """Losses are beyond all use."""


@dataclass(frozen=True)
class Scored:
    """Of candidates: loss (n,), score (n,) = |softmax - onehot|, logits (n, classes), float32."""

    loss: np.ndarray
    score: np.ndarray
    logits: np.ndarray


@dataclass
class Training:
    """One run. `used`: units so far."""

    setting: Setting
    sets: Sets
    net: nn.Module
    candidates_rng: np.random.Generator
    drawing_rng: np.random.Generator
    probing_rng: np.random.Generator
    rate: float = RATE
    used: int = 0
    steps: int = 0
    descent: "Descent" = field(init=False)

    def __post_init__(self) -> None:
        self.descent = Descent(self.net)

    @classmethod
    def begin(cls, setting: Setting, seed: Seed, device: str) -> Self:
        """The same weights, samples and candidates for every method. Raises DataError."""
        sets = samples.load(setting, seed.rng("samples"))
        return cls.on(Sets(*(part.to(device) for part in (sets.train, sets.holdout, sets.test))), setting, seed, device)

    @classmethod
    def on(cls, sets: Sets, setting: Setting, seed: Seed, device: str) -> Self:
        """A run on these sets, otherwise as it begins for everybody. Raises DataError."""
        net = new_network(setting, sets.train, seed.rng("weights"), device)
        if setting.is_pretrained:
            pretrain(net, sets.train, seed.shared("pre-training"), device)
        rate = RATE * (PRETRAINED_RATE if setting.is_pretrained else 1)
        return cls(
            setting=setting,
            sets=sets,
            net=net,
            candidates_rng=seed.rng("candidates"),
            drawing_rng=seed.rng("drawing"),
            probing_rng=seed.rng("probing"),
            rate=rate,
        )

    @property
    def is_over(self) -> bool:
        return self.used >= self.setting.units

    def candidates(self, n: int) -> np.ndarray:
        """So many rows of the training set, or all if there are fewer: uniform, no row twice."""
        return np.asarray(self.candidates_rng.choice(len(self.sets.train), min(n, len(self.sets.train)), replace=False))

    def probes(self, n: int) -> np.ndarray:
        """The same on dice of its own: looking at them changes nothing of the run."""
        return np.asarray(self.probing_rng.choice(len(self.sets.train), min(n, len(self.sets.train)), replace=False))

    def score(self, rows: np.ndarray) -> Scored:
        """One forward pass of these candidates, charged. Raises Diverged."""
        chosen = self.sets.train.rows(rows)
        self.used += len(rows)
        result = scored(self.net, chosen.x, chosen.y)
        check(result.loss)
        return result

    def draw(self, plan: Plan) -> np.ndarray:
        """Places of a batch among the candidates."""
        return np.asarray(self.drawing_rng.choice(len(plan.p), self.setting.batch, replace=plan.replace, p=plan.p))

    def step(self, rows: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """One step on these rows, charged: loss and score of each before it. Raises Diverged."""
        batch, rate = self.sets.train.rows(rows), self.rate * decay(self.used / self.setting.units)
        logits, loss = self.descent.step(batch, weights, rate)
        self.used += TRAINED * len(rows)
        self.steps += 1
        check(loss.cpu().numpy())
        return loss.cpu().numpy(), bound(logits, batch.y).cpu().numpy()

    def gram(self, rows: np.ndarray) -> np.ndarray:
        """Inner products of these rows' gradients, exact, not charged: (n, n) float64."""
        chosen = self.sets.train.rows(rows)
        return gram_of(self.net, chosen.x, chosen.y)

    def bounds(self, rows: np.ndarray) -> np.ndarray:
        """The paper's upper bound of these rows' gradients, up to a factor, not charged: (n,)."""
        chosen = self.sets.train.rows(rows)
        return scored(self.net, chosen.x, chosen.y).score

    def auxiliary_loss(self, units: int, rng: np.random.Generator) -> np.ndarray:
        """Train another network on the held-out samples, and give its loss on every training sample: both are charged."""
        setting, holdout = self.setting, self.sets.holdout
        device = str(holdout.x.device)
        net = new_network(setting, holdout, rng, device)
        descent, steps = Descent(net), units // (TRAINED * setting.batch)
        for number in range(steps):
            rows = rng.choice(len(holdout), min(setting.batch, len(holdout)), replace=False)
            descent.step(holdout.rows(rows), np.ones(len(rows)), RATE * decay(number / steps))
        self.used += units + len(self.sets.train)
        return scored(net, self.sets.train.x, self.sets.train.y).loss

    def test(self) -> tuple[float, float]:
        """Accuracy on the clean test set, and mean loss on the training set as it is labelled. Not charged."""
        test, train = self.sets.test, self.sets.train
        right = scored(self.net, test.x, test.y).logits.argmax(axis=1) == test.y.cpu().numpy()
        loss = float(scored(self.net, train.x, train.y).loss.mean(dtype=float))
        return float(right.mean()), min(loss, LARGEST) if np.isfinite(loss) else LARGEST


def check(loss: np.ndarray) -> None:
    """Raises Diverged where a loss is too large, or no number."""
    if not (loss < LARGEST).all():
        raise Diverged


def decay(share: float) -> float:
    """What the rate is multiplied with once this share of the units is used."""
    return next((factor for start, factor in reversed(DECAYS) if share >= start), 1.0)


def new_network(setting: Setting, like: Samples, rng: np.random.Generator, device: str) -> nn.Module:
    return networks.build(setting.network, tuple(like.x.shape[1:]), seed=int(rng.integers(2**31))).to(device)


class Descent:
    """Gradient descent with momentum. Written out: of torch's own optimisers the first step loads its compiler."""

    def __init__(self, net: nn.Module) -> None:
        self.net, self.weights = net, list(net.parameters())
        self.velocity = [torch.zeros_like(weight) for weight in self.weights]

    def step(self, batch: Samples, weights: np.ndarray, rate: float) -> tuple[Tensor, Tensor]:
        """One step down the mean of weight times loss: logits and losses before it."""
        logits = self.net(batch.x)
        loss = functional.cross_entropy(logits, batch.y, reduction="none")
        mean = (loss * torch.as_tensor(weights, dtype=loss.dtype, device=loss.device)).mean()
        gradients = torch.autograd.grad(mean, self.weights)
        with torch.no_grad():
            for weight, velocity, gradient in zip(self.weights, self.velocity, gradients, strict=True):
                velocity.mul_(MOMENTUM).add_(gradient)
                weight.sub_(velocity, alpha=rate)
        return logits.detach(), loss.detach()


def bound(logits: Tensor, y: Tensor) -> Tensor:
    """The norm of the cross-entropy's gradient by the logits, |softmax - onehot|: (n,)."""
    difference = logits.softmax(dim=1) - functional.one_hot(y, logits.shape[1])
    norm: Tensor = torch.linalg.vector_norm(difference, dim=1)
    return norm


def scored(net: nn.Module, x: Tensor, y: Tensor, chunk: int = 4096) -> Scored:
    """Without a gradient. Scoring and training see the same network: none has dropout or batch statistics."""
    with torch.no_grad():
        logits = torch.cat([net(part) for part in torch.split(x, chunk)])
        loss = functional.cross_entropy(logits, y, reduction="none")
        return Scored(loss.cpu().numpy(), bound(logits, y).cpu().numpy(), logits.cpu().numpy())


def pretrain(net: nn.Module, like: Samples, rng: np.random.Generator, device: str) -> None:
    """Train on MNIST at the size of other images."""
    learnt = samples.load(Setting("mnist", "convnet", units=0), rng).train
    descent = Descent(net)
    for _ in range(PRETRAINING):
        batch = learnt.rows(rng.choice(len(learnt), 64, replace=False))
        descent.step(samples.resized(batch, like.x.shape[-1]).to(device), np.ones(64), RATE)
