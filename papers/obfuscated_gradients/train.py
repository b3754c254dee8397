"""Trains the victims: `python -m papers.obfuscated_gradients.train [name ...]` writes their weights anew.

Deterministic on one machine: one thread, fixed seeds. Weights are kept as float16 and used as float32.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from papers.obfuscated_gradients import kit
from papers.obfuscated_gradients.images import Images, splits
from papers.obfuscated_gradients.kit.stages import Project
from papers.obfuscated_gradients.kit.surrogate import FILE as SURROGATE_FILE
from papers.obfuscated_gradients.kit.surrogate import SURROGATES
from papers.obfuscated_gradients.kit.victims import VICTIMS, Victim

FOLDER = Path(__file__).parent / "weights"
BATCH = 64
SHARED = {"saturated": "plain", "argmax": "plain"}  # the same network behind another stage

Disturb = Callable[[nn.Module, Tensor, Tensor], Tensor]


def fit(
    model: Victim, images: Images, *, epochs: int, seed: int, rate: float = 1e-3, disturb: Disturb | None = None
) -> None:
    """Train with Adam on the cross-entropy, on images that `disturb` has changed first; the rate falls to zero as a cosine."""
    torch.manual_seed(seed)
    x, y = torch.tensor(images.x), torch.tensor(images.y)
    adam = torch.optim.Adam(model.parameters(), lr=rate)
    total = epochs * -(-len(y) // BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(adam, total)
    for _ in range(epochs):
        for rows in torch.randperm(len(y)).split(BATCH):
            batch = disturb(model, x[rows], y[rows]) if disturb else x[rows]
            adam.zero_grad()
            functional.cross_entropy(model(batch), y[rows]).backward()
            adam.step()
            schedule.step()


def attacked(norm: kit.Norm, eps: float, steps: int) -> Disturb:
    """Images under PGD on the model as it is. Source: Madry et al. (2018)."""

    def disturb(model: nn.Module, x: Tensor, y: Tensor) -> Tensor:
        return kit.ascend(
            kit.objective(lambda at, _: model(at), y, loss=kit.cross_entropy),
            x,
            norm=norm,
            eps=eps,
            steps=steps,
            start=kit.random_start(x, norm=norm, eps=eps),
            keep="last",
        )

    return disturb


def fit_decoder(stage: Project, images: Images, *, epochs: int, seed: int) -> None:
    """Train the decoder as half of an auto-encoder, on the squared error."""
    torch.manual_seed(seed)
    x = torch.tensor(images.x).flatten(1)
    encoder = nn.Sequential(nn.Linear(x.shape[1], 128), nn.ReLU(), nn.Linear(128, stage.code))
    adam = torch.optim.Adam([*encoder.parameters(), *stage.decoder.parameters()], lr=1e-3)
    for _ in range(epochs):
        for rows in torch.randperm(len(x)).split(BATCH):
            adam.zero_grad()
            (stage.decoder(encoder(x[rows])) - x[rows]).square().sum(1).mean().backward()
            adam.step()


def digits_victim(name: str) -> np.ndarray:
    """The flat weights of a quick victim."""
    torch.manual_seed(1)
    model, train = VICTIMS[name](), splits("digits")[0]
    if name == "adversarial":
        fit(model, train, epochs=40, seed=1, disturb=attacked("linf", 0.2, 7))
    elif name == "projection":
        model.stages[1] = trained(digits_plain(), "plain").stages[0]
        stage = model.stages[0]
        assert isinstance(stage, Project)
        fit_decoder(stage, train, epochs=100, seed=1)
    else:
        fit(model, train, epochs=60 if name == "linear" else 30, seed=1)
    return kit.flat_weights(model)


def digits_plain() -> Victim:
    return VICTIMS["plain"]()


def trained(model: Victim, name: str) -> Victim:
    with np.load(FOLDER / f"{name}.npz", allow_pickle=False) as file:
        return kit.victims.filled(model, file["weights"], "cpu")


def main(names: list[str]) -> None:
    torch.set_num_threads(1)
    for name in names or [name for name in VICTIMS if name not in SHARED]:
        np.savez(FOLDER / f"{name}.npz", weights=digits_victim(name).astype(np.float16))
    if not names:
        torch.manual_seed(2)
        model = SURROGATES[1, 8, 8][1]()
        fit(model, splits("digits")[0], epochs=30, seed=2)
        np.savez(SURROGATE_FILE, digits=kit.flat_weights(model).astype(np.float16))


if __name__ == "__main__":
    main(sys.argv[1:])
