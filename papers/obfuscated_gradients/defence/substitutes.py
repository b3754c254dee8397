"""The evaluator's own nets, and the images that fool them: they follow from a case and a seed, whatever the method answers."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn

from papers.obfuscated_gradients import kit
from papers.obfuscated_gradients.defence.cases import Defended
from papers.obfuscated_gradients.kit.gradients import Classifier
from papers.obfuscated_gradients.kit.victims import digits_net, strided_net
from papers.obfuscated_gradients.problem.images import Images

TRAINED_ON, RATE = 5000, 6e-3  # at most so many images


@dataclass(frozen=True)
class Substitutes:
    """Nets of images (n, C, H, W), and for each what an attack on it makes of the images that are evaluated."""

    nets: list[nn.Module] = field(default_factory=list)
    fooling: list[Tensor] = field(default_factory=list)  # (n, C, H, W) each


def substitutes(train: Images, evaluated: Images, attack: Defended, rng: np.random.Generator) -> Substitutes:
    """Two nets that no method has seen, a convolutional one and a dense one."""
    nets = trained(train, epochs=attack.effort.substitute_epochs, seed=int(rng.integers(2**31)))
    return Substitutes(nets, fooling(nets, evaluated, attack, seed=int(rng.integers(2**31))))


def trained(train: Images, *, epochs: int, seed: int) -> list[nn.Module]:
    part = train.take(np.arange(min(len(train), TRAINED_ON)))
    channels, side = part.x.shape[1], part.x.shape[2]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        nets: list[nn.Module] = [
            digits_net(channels, (16, 32), 64) if side == 8 else strided_net(channels, side),
            nn.Sequential(nn.Flatten(), nn.Linear(part.x[0].size, 128), nn.ReLU(), nn.Linear(128, 10)),
        ]
        x, y = torch.from_numpy(part.x), torch.from_numpy(part.y)
        for net in nets:
            kit.fit_net(net, x, y, epochs=epochs, rate=RATE)
    return nets


def fooling(nets: Iterable[nn.Module], evaluated: Images, attack: Defended, *, seed: int) -> list[Tensor]:
    """For each net the images after PGD on it."""
    x, y = torch.from_numpy(evaluated.x), torch.from_numpy(evaluated.y)
    generator = torch.Generator().manual_seed(seed)
    return [
        kit.ascend(
            kit.objective(apart(net), y, loss=kit.margin),
            x,
            norm=attack.norm,
            eps=attack.eps,
            steps=attack.effort.steps,
            start=kit.random_start(x, norm=attack.norm, eps=attack.eps, generator=generator),
        )
        for net in nets
    ]


def apart(net: nn.Module) -> Classifier:
    """A net as a classifier that takes no randomness."""
    return lambda x, _: net(x)
