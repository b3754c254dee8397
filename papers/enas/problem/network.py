"""A network of a few cells with weights for one child, or for all children at once: the same code trains and shares them.

stem (3x3 convolution, perhaps with a stride; BN), cell with C channels, then for each further stage a 3x3 convolution with
stride 2 (BN) that doubles the channels and another cell; mean over pixels, linear.
A convolution of a cell is ReLU, convolution, BN. Normalisation always uses the statistics of the batch, in evaluation
too, so that a child of shared weights and a network of its own are the same function of their weights.
`copies` networks that differ only in their weights run side by side as groups of one convolution.
Source: Dong and Yang (2020) for the cell; Pham et al. (2018), section 2, for sharing.
"""

import math
from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from papers.enas.problem import space

KERNEL = {space.CONV1: 1, space.CONV3: 3}
Choice = tuple[int, int]  # (edge, operation)


class Normed(nn.Module):
    """A convolution without bias and the normalisation of its output: (b, copies i, h, w) -> (b, copies o, h', w')."""

    def __init__(self, wide: tuple[int, int], *, kernel: int, copies: int, stride: int = 1) -> None:
        super().__init__()
        fan_in = wide[0] * kernel * kernel
        shape = (copies * wide[1], wide[0], kernel, kernel)
        self.weight = nn.Parameter(torch.randn(shape) * math.sqrt(2 / fan_in))
        self.scale = nn.Parameter(torch.ones(copies * wide[1]))
        self.shift = nn.Parameter(torch.zeros(copies * wide[1]))
        self.copies, self.stride = copies, stride

    def forward(self, x: Tensor) -> Tensor:
        y = functional.conv2d(
            x, self.weight, stride=self.stride, padding=self.weight.shape[-1] // 2, groups=self.copies
        )
        return functional.batch_norm(y, None, None, self.scale, self.shift, training=True)


class Cell(nn.Module):
    """The convolutions of one cell, for the choices that its children may make."""

    def __init__(self, nodes: int, wide: int, *, choices: Iterable[Choice], copies: int) -> None:
        super().__init__()
        self.edges, self.nodes = space.edges(nodes), nodes
        self.operations = nn.ModuleDict(
            {f"{edge}-{code}": Normed((wide, wide), kernel=KERNEL[code], copies=copies) for edge, code in choices}
        )

    def forward(self, x: Tensor, arch: np.ndarray) -> Tensor:
        """The child with these operation codes (E,); zeros where no path leads through."""
        live = space.live(arch[None], self.nodes)[0]
        value: list[Tensor | None] = [x, *[None] * (self.nodes - 1)]
        for edge, (i, j) in enumerate(self.edges):
            source = value[i]
            if live[edge] and source is not None:
                term = self._term(edge, int(arch[edge]), source)
                before = value[j]
                value[j] = term if before is None else before + term
        last = value[-1]
        return torch.zeros_like(x) if last is None else last

    def _term(self, edge: int, code: int, x: Tensor) -> Tensor:
        if code == space.SKIP:
            return x
        if code == space.POOL:
            return functional.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)
        return self.operations[f"{edge}-{code}"](functional.relu(x))  # type: ignore[no-any-return]


class Network(nn.Module):
    """Stem, cells with reductions between them, head; x: (b, copies colours, h, w) -> logits (b, copies, classes)."""

    def __init__(
        self,
        nodes: int,
        *,
        choices: Iterable[Choice],
        channels: int,
        stages: int = 2,
        stride: int = 1,
        colours: int = 1,
        copies: int = 1,
        classes: int = 10,
    ) -> None:
        super().__init__()
        choices = list(choices)
        c, self.copies = channels, copies
        self.stem = Normed((colours, c), kernel=3, copies=copies, stride=stride)
        self.cells = nn.ModuleList([Cell(nodes, c, choices=choices, copies=copies)])
        self.reductions = nn.ModuleList()
        for _ in range(stages - 1):
            self.reductions.append(Normed((c, 2 * c), kernel=3, copies=copies, stride=2))
            c = 2 * c
            self.cells.append(Cell(nodes, c, choices=choices, copies=copies))
        self.head = nn.Parameter(torch.randn(copies, c, classes) / math.sqrt(c))
        self.bias = nn.Parameter(torch.zeros(copies, 1, classes))

    def forward(self, x: Tensor, arch: np.ndarray) -> Tensor:
        x = self.cells[0](self.stem(x), arch)
        for reduction, cell in zip(self.reductions, self.cells[1:], strict=True):
            x = cell(reduction(functional.relu(x)), arch)
        features = functional.relu(x).mean(dim=(2, 3)).view(len(x), self.copies, -1)
        return (torch.bmm(features.transpose(0, 1), self.head) + self.bias).transpose(0, 1)


def choices_of(arch: np.ndarray, nodes: int) -> list[Choice]:
    """The convolutions that one child needs."""
    live = space.live(arch[None], nodes)[0]
    return [(edge, int(code)) for edge, code in enumerate(arch) if live[edge] and int(code) in KERNEL]


def every_choice(nodes: int) -> list[Choice]:
    """The convolutions that some child needs."""
    return [(edge, code) for edge in range(len(space.edges(nodes))) for code in KERNEL]
