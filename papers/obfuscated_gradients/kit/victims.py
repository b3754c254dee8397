"""The victims of the board, by name, as live torch modules."""

from collections.abc import Callable, Iterable

import numpy as np
import torch
from torch import Tensor, nn

from papers.obfuscated_gradients.kit.stages import (
    Argmax,
    Jpeg,
    NoisyCrop,
    Project,
    Prune,
    Quantise,
    ResizePad,
    Scale,
    Smooth,
    Stage,
    Thermometer,
)


class Victim(nn.Module):
    """A classifier made of stages. Images (n, C, H, W) float32 in [0, 1], a generator or None -> logits (n, K)."""

    stages: nn.ModuleList

    def __init__(self, *stages: Stage) -> None:
        super().__init__()
        self.stages = nn.ModuleList(stages)

    @property
    def random(self) -> bool:
        """Whether two calls with the same images may differ."""
        return any(stage.kind == "random" for stage in self.stages)

    def forward(self, x: Tensor, generator: torch.Generator | None = None) -> Tensor:
        for stage in self.stages:
            x = stage(x, generator)
        return x


def digits_net(channels: int = 1, widths: tuple[int, int] = (32, 64), dense: int = 128) -> Smooth:
    """Two 3x3 convolutions, max-pooling, two dense layers; for 8x8 images."""
    first, second = widths
    return Smooth(
        nn.Conv2d(channels, first, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(first, second, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(second * 16, dense),
        nn.ReLU(),
        nn.Linear(dense, 10),
    )


def decoder(code: int, hidden: int, pixels: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(code, hidden), nn.ReLU(), nn.Linear(hidden, pixels), nn.Sigmoid())


def digits_projection() -> Victim:
    return Victim(Project(decoder(8, 128, 64), code=8, steps=30, step=0.05, momentum=0.7), digits_net())


def lenet5() -> Smooth:
    """The MNIST net of advertorch: two 3x3 convolutions with max-pooling, two dense layers."""
    return Smooth(
        *(nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(3136, 200), nn.ReLU(), nn.Linear(200, 10)),
    )


def strided_net(channels: int = 1, side: int = 28, dense: int = 100) -> Smooth:
    """Two 4x4 convolutions of stride 2 and two dense layers. Source: Wong and Kolter (2018), for MNIST."""
    return Smooth(
        *(nn.Conv2d(channels, 16, 4, stride=2, padding=1), nn.ReLU()),
        *(nn.Conv2d(16, 32, 4, stride=2, padding=1), nn.ReLU()),
        *(nn.Flatten(), nn.Linear(2 * side * side, dense), nn.ReLU(), nn.Linear(dense, 10)),
    )


def cifar_layers(channels: int = 3) -> list[nn.Module]:
    """Four 3x3 convolutions, all but the second with stride 2, and two dense layers, for 32x32 images."""
    return [
        *(nn.Conv2d(channels, 32, 3, stride=2, padding=1), nn.ReLU()),
        *(nn.Conv2d(32, 64, 3, padding=1), nn.ReLU()),
        *(nn.Conv2d(64, 64, 3, stride=2, padding=1), nn.ReLU()),
        *(nn.Conv2d(64, 96, 3, stride=2, padding=1), nn.ReLU()),
        *(nn.Flatten(), nn.Linear(96 * 16, 64), nn.ReLU(), nn.Linear(64, 10)),
    ]


def pruned(layers: Iterable[nn.Module], share: float) -> Victim:
    """The same layers, each ReLU followed by stochastic activation pruning."""
    stages: list[Stage] = []
    part: list[nn.Module] = []
    for layer in layers:
        part.append(layer)
        if isinstance(layer, nn.ReLU):
            stages += [Smooth(*part), Prune(share)]
            part = []
    return Victim(*stages, Smooth(*part))


def mnist_projection() -> Victim:
    return Victim(Project(decoder(16, 256, 784), code=16, steps=40, step=0.01, momentum=0.8), strided_net())


VICTIMS: dict[str, Callable[[], Victim]] = {
    "linear": lambda: Victim(Smooth(nn.Flatten(), nn.Linear(64, 10))),
    "plain": lambda: Victim(digits_net()),
    "adversarial": lambda: Victim(digits_net()),
    "quantised": lambda: Victim(Quantise(3), digits_net()),
    "thermometer": lambda: Victim(Thermometer(8), digits_net(channels=8)),
    "noisy": lambda: Victim(NoisyCrop(pad=2, noise=0.15), digits_net()),
    "pruned": lambda: pruned(digits_net().net, share=0.5),
    "saturated": lambda: Victim(digits_net(), Scale(300.0)),
    "argmax": lambda: Victim(digits_net(), Argmax()),
    "projection": digits_projection,
    "mnist-plain": lambda: Victim(lenet5()),
    "mnist-adversarial": lambda: Victim(lenet5()),
    "mnist-certified": lambda: Victim(strided_net()),
    "fashion-certified": lambda: Victim(strided_net()),
    "mnist-quantised": lambda: Victim(Quantise(3), strided_net()),
    "mnist-thermometer16": lambda: Victim(Thermometer(16), strided_net(channels=16)),
    "mnist-jpeg": lambda: Victim(Jpeg(quality=30), strided_net()),
    "mnist-resize-pad": lambda: Victim(ResizePad(smallest=0.7), strided_net()),
    "mnist-projection": mnist_projection,
    "cifar-jpegcopy-plain": lambda: Victim(Smooth(*cifar_layers())),
    "cifar-jpegcopy-adversarial": lambda: Victim(Smooth(*cifar_layers())),
    "cifar-jpegcopy-thermometer16": lambda: Victim(Thermometer(16), Smooth(*cifar_layers(3 * 16))),
    "cifar-jpegcopy-bitdepth3": lambda: Victim(Quantise(7), Smooth(*cifar_layers())),
    "cifar-jpegcopy-jpeg": lambda: Victim(Jpeg(quality=75), Smooth(*cifar_layers())),
    "cifar-jpegcopy-resize-pad": lambda: Victim(ResizePad(smallest=0.8), Smooth(*cifar_layers())),
    "cifar-jpegcopy-prune": lambda: pruned(cifar_layers(), share=0.5),
}


def build(victim: str, weights: np.ndarray, device: str = "cpu") -> Victim:
    """The victim of this name with these weights: (p,) float, in the order of `parameters()`.

    Raises: KeyError for an unknown name, ValueError for another number of weights.
    """
    return with_weights(VICTIMS[victim](), weights, device)


def with_weights(model: Victim, weights: np.ndarray, device: str) -> Victim:
    """The same model with these weights (p,), which no longer ask for gradients. Raises ValueError for another number."""
    parameters = list(model.parameters())
    sizes = [parameter.numel() for parameter in parameters]
    if sum(sizes) != weights.size:
        raise ValueError(f"the victim has {sum(sizes)} weights, got {weights.size}")
    parts = torch.split(torch.tensor(weights, dtype=torch.float32), sizes)
    for parameter, part in zip(parameters, parts, strict=True):
        parameter.data = part.view_as(parameter).clone()
    channels_last(model)
    return model.requires_grad_(False).to(device).eval()


def channels_last(model: nn.Module) -> None:
    """Lay the filters of convolutions out so that a CPU's max-pooling goes along the channels: several times as fast."""
    for parameter in model.parameters():
        if parameter.dim() == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)


def flat_weights(model: nn.Module) -> np.ndarray:
    """The weights that `build` takes: (p,) float32."""
    return torch.cat([parameter.detach().flatten() for parameter in model.parameters()]).cpu().numpy()
