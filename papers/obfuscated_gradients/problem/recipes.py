"""How the victims are trained. Deterministic on one machine with one thread: fixed seeds."""

import numpy as np
import torch
from torch import Tensor, nn

from papers.obfuscated_gradients import kit
from papers.obfuscated_gradients.kit.stages import NoisyCrop, Project
from papers.obfuscated_gradients.kit.surrogate import SURROGATES
from papers.obfuscated_gradients.kit.training import Disturb, fit_net, pgd_images
from papers.obfuscated_gradients.kit.victims import VICTIMS, Victim, with_weights
from papers.obfuscated_gradients.problem.images import Images, splits

BATCH = 64  # of the decoder
SURROGATE_EPOCHS = {"digits": 30, "mnist": 2, "cifar-jpegcopy": 8}


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
        for rows in torch.split(torch.randperm(len(x)), BATCH):
            adam.zero_grad()
            (stage.decoder(encoder(x[rows])) - x[rows]).square().sum(1).mean().backward()
            adam.step()


def digits_victim(name: str, plain: np.ndarray | None) -> np.ndarray:
    """The flat weights of a quick victim (p,). `projection` stands before the net whose weights are `plain`."""
    torch.manual_seed(1)
    model, train = VICTIMS[name](), splits("digits")[0]
    if name == "adversarial":
        fit(model, train, epochs=40, seed=1, disturb=pgd_images(norm="linf", eps=0.2, steps=7))
    elif name == "projection":
        assert plain is not None
        project_before(model, with_weights(VICTIMS["plain"](), plain, "cpu"), train, epochs=100)
    else:
        fit(model, train, epochs=60 if name == "linear" else 30, seed=1)
    return kit.flat_weights(model)


def mnist_victim(name: str) -> np.ndarray:
    """The flat weights of a victim of the full tier that is trained on MNIST (p,): some minutes on one core."""
    torch.manual_seed(1)
    model, train = VICTIMS[name](), splits("mnist")[0]
    if name == "mnist-projection":
        net = Victim(*model.stages[1:])
        fit(net, train, epochs=3, seed=1)
        project_before(model, net, train, epochs=10)
    else:
        fit(model, train, epochs=3, seed=1)
    return kit.flat_weights(model)


def cifar_victim(name: str) -> np.ndarray:
    """The flat weights of a victim of the full tier that is trained on CIFAR-10 (p,): a quarter of an hour on one core or more."""
    torch.manual_seed(1)
    model, train = VICTIMS[name](), splits("cifar-jpegcopy")[0]
    fit(model, train, epochs=15, seed=1, disturb=moved_under_pgd if name.endswith("adversarial") else moved)
    return kit.flat_weights(model)


def moved(net: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    """Images shifted by up to four pixels, every other one mirrored."""
    shifted: Tensor = NoisyCrop(pad=4, noise=0.0)(x)
    return torch.where(torch.rand(len(x), 1, 1, 1) < 0.5, shifted.flip(3), shifted)


def moved_under_pgd(net: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    return pgd_images(norm="linf", eps=8 / 255, steps=2)(net, moved(net, x, y), y)


def project_before(model: Victim, net: Victim, images: Images, *, epochs: int) -> None:
    """Make `net` the second stage of the model, and train the decoder of the first."""
    model.stages[1] = net.stages[0]
    stage = model.stages[0]
    assert isinstance(stage, Project)
    fit_decoder(stage, images, epochs=epochs, seed=1)


def surrogates() -> dict[str, np.ndarray]:
    """The flat weights of the nets that the kit offers to transfer attacks, by data set."""
    weights = {}
    for name, build in SURROGATES.values():
        torch.manual_seed(2)
        model = build()
        fit(model, splits(name)[0], epochs=SURROGATE_EPOCHS[name], seed=2)
        weights[name] = kit.flat_weights(model)
    return weights
