"""Trains the victims: `python -m papers.obfuscated_gradients.train [name ...]` writes their weights anew.

Deterministic on one machine: one thread, fixed seeds. Weights are kept as float16 and used as float32.
"""

import sys

import numpy as np
import torch
from torch import nn

from papers.obfuscated_gradients import kit
from papers.obfuscated_gradients.attack_card import QUICK
from papers.obfuscated_gradients.images import Images, splits
from papers.obfuscated_gradients.kit.stages import Project
from papers.obfuscated_gradients.kit.surrogate import FILE as SURROGATE_FILE
from papers.obfuscated_gradients.kit.surrogate import SURROGATES
from papers.obfuscated_gradients.kit.training import Disturb, attacked, fit_net
from papers.obfuscated_gradients.kit.victims import VICTIMS, Victim, filled
from papers.obfuscated_gradients.victims import FOLDER, SHARED, load_weights

BATCH = 64  # of the decoder


def fit(model: Victim, images: Images, *, epochs: int, seed: int, disturb: Disturb | None = None) -> None:
    torch.manual_seed(seed)
    fit_net(model, torch.tensor(images.x), torch.tensor(images.y), epochs=epochs, disturb=disturb)


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
        fit(model, train, epochs=40, seed=1, disturb=attacked(norm="linf", eps=0.2, steps=7))
    elif name == "projection":
        model.stages[1] = filled(VICTIMS["plain"](), load_weights("plain"), "cpu").stages[0]
        stage = model.stages[0]
        assert isinstance(stage, Project)
        fit_decoder(stage, train, epochs=100, seed=1)
    else:
        fit(model, train, epochs=60 if name == "linear" else 30, seed=1)
    return kit.flat_weights(model)


def main(names: list[str]) -> None:
    torch.set_num_threads(1)
    for name in names or [case.params["victim"] for case in QUICK if case.params["victim"] not in SHARED]:
        np.savez(FOLDER / f"{name}.npz", weights=digits_victim(name).astype(np.float16))
    if not names:
        torch.manual_seed(2)
        model = SURROGATES[1, 8, 8][1]()
        fit(model, splits("digits")[0], epochs=30, seed=2)
        np.savez(SURROGATE_FILE, digits=kit.flat_weights(model).astype(np.float16))


if __name__ == "__main__":
    main(sys.argv[1:])
