"""The parts of a victim. Every one is called with images and a generator, and says what it does to gradients.

`kind` is "smooth" (autograd is right), "shattered" (the derivative is zero almost everywhere), "random" (another function
at each call) or "loop" (an optimisation whose result carries no gradient). Autograd is left as each defence leaves it.
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

LUMINANCE = (  # the quantisation table of annex K for grey levels, at quality 50
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
CHROMINANCE = (  # the same for colour
    (17, 18, 24, 47, 99, 99, 99, 99),
    (18, 21, 26, 66, 99, 99, 99, 99),
    (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99),
    *[(99,) * 8] * 4,
)
YCBCR = ((0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312))  # of red, green, blue
Kind = Literal["smooth", "shattered", "random", "loop"]


class Stage(nn.Module):
    kind: Kind = "smooth"

    def forward(self, x: Tensor, generator: torch.Generator | None = None) -> Tensor:
        raise NotImplementedError


class Smooth(Stage):
    """An ordinary network."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.net = nn.Sequential(*layers)

    def forward(self, x: Tensor, generator: torch.Generator | None = None) -> Tensor:
        result: Tensor = self.net(x)
        return result


class Scale(Stage):
    """Logits times a number: softmax saturates, and the gradient of the cross-entropy vanishes in float32."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: Tensor, generator: torch.Generator | None = None) -> Tensor:
        return self.factor * x


class Quantise(Stage):
    """Round to `steps` equal steps. Source: Guo et al. (2018), bit-depth reduction."""

    kind = "shattered"

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.steps = steps

    def forward(self, x: Tensor, generator: torch.Generator | None = None) -> Tensor:
        return torch.round(x * self.steps) / self.steps


class Thermometer(Stage):
    """(n, C, H, W) to (n, C levels, H, W): channel l of a pixel is 1 where x >= l / levels. Source: Buckman et al. (2018)."""

    kind = "shattered"

    def __init__(self, levels: int) -> None:
        super().__init__()
        self.levels = levels

    def forward(self, x: Tensor, generator: torch.Generator | None = None) -> Tensor:
        bounds = torch.arange(self.levels, device=x.device).view(-1, 1, 1) / self.levels
        codes = (x[:, :, None] >= bounds).to(x.dtype) + 0 * x[:, :, None]
        return codes.flatten(1, 2)


class Argmax(Stage):
    """Answers a label and nothing else: one-hot logits."""

    kind = "shattered"

    def forward(self, x: Tensor, generator: torch.Generator | None = None) -> Tensor:
        return functional.one_hot(x.argmax(1), x.shape[1]).to(x.dtype) + 0 * x


class NoisyCrop(Stage):
    """Pad with zeros, cut a window of the first size at a random place, add Gaussian noise; anew for each image."""

    kind = "random"

    def __init__(self, pad: int, noise: float) -> None:
        super().__init__()
        self.pad, self.noise = pad, noise

    def forward(self, x: Tensor, generator: torch.Generator | None = None) -> Tensor:
        height, width = x.shape[2:]
        rows, columns = torch.randint(0, 2 * self.pad + 1, (2, len(x)), generator=generator).to(x.device)
        rows = rows[:, None] + torch.arange(height, device=x.device)
        columns = columns[:, None] + torch.arange(width, device=x.device)
        padded = functional.pad(x, (self.pad,) * 4)
        image = torch.arange(len(x), device=x.device)
        cut = padded[image[:, None, None], :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
        return cut + self.noise * torch.randn(x.shape, generator=generator).to(x)


class Prune(Stage):
    """Keep each activation with the probability that `draws` draws in proportion to its size hit it, scaled up to the old mean.

    h_j -> h_j m_j / q_j, P(m_j = 1) = q_j = 1 - (1 - p_j)^draws, p_j = |h_j| / sum |h|; draws = `share` of the activations.
    The factor m_j / q_j is a constant to autograd, as in dropout.
    Source: Dhillon et al. (2018), stochastic activation pruning; departs from it: the m_j of an image are independent.
    """

    kind = "random"

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, x: Tensor, generator: torch.Generator | None = None) -> Tensor:
        size = x.detach().abs().flatten(1)
        p = (size / size.sum(1, keepdim=True).clamp_min(1e-12)).view_as(x).clamp(max=1 - 1e-6)
        q = -torch.expm1(round(self.share * x[0].numel()) * torch.log1p(-p))
        is_kept = torch.rand(x.shape, generator=generator).to(x) < q
        return torch.where(is_kept, x / q.clamp_min(1e-6), 0 * x)


class ResizePad(Stage):
    """Resize to a random smaller size and pad at a random place back to the first one; one draw a batch of eight.

    Source: Xie et al. (2018), who enlarge; here the picture shrinks to at least `smallest` of its side.
    """

    kind = "random"

    def __init__(self, smallest: float, fill: float = 0.0) -> None:
        super().__init__()
        self.smallest, self.fill = smallest, fill

    def forward(self, x: Tensor, generator: torch.Generator | None = None) -> Tensor:
        return torch.cat([self._draw(part, generator) for part in torch.split(x, 8)])

    def _draw(self, x: Tensor, generator: torch.Generator | None) -> Tensor:
        side = x.shape[-1]
        small = int(torch.randint(round(self.smallest * side), side + 1, (1,), generator=generator))
        left, top = torch.randint(0, side - small + 1, (2,), generator=generator).tolist()
        resized = functional.interpolate(x, size=(small, small), mode="bilinear", align_corners=False)
        return functional.pad(resized, (left, side - small - left, top, side - small - top), value=self.fill)


class Jpeg(Stage):
    """Compress and expand: cosine transform of 8x8 blocks, coefficients rounded to multiples of the standard's tables.

    x: (n, 1, H, W) grey, or (n, 3, H, W) red, green, blue, whose colour keeps its resolution. The edge is repeated up to a
    multiple of 8. Source: ITU-T T.81 (1992), annexes A and K; ITU-T T.871 (2011) for colour; Guo et al. (2018).
    """

    kind = "shattered"
    tables: Tensor
    cosines: Tensor
    colours: Tensor

    def __init__(self, quality: int) -> None:
        super().__init__()
        scale = 50 / quality if quality < 50 else 2 - quality / 50
        tables = torch.tensor((LUMINANCE, CHROMINANCE, CHROMINANCE), dtype=torch.float32)
        k = torch.arange(8, dtype=torch.float32)
        cosines = torch.cos((2 * k[None] + 1) * k[:, None] * torch.pi / 16) * 0.5
        cosines[0] *= 0.5**0.5
        self.register_buffer("tables", (tables * scale + 0.5).floor().clamp(1, 255)[:, None, None], persistent=False)
        self.register_buffer("colours", torch.tensor(YCBCR), persistent=False)
        self.register_buffer("cosines", cosines, persistent=False)

    def forward(self, x: Tensor, generator: torch.Generator | None = None) -> Tensor:
        channels, height, width = x.shape[1:]
        full = functional.pad(x, (0, -width % 8, 0, -height % 8), mode="replicate") * 255
        if channels == 3:
            full = torch.einsum("oc,nchw->nohw", self.colours, full)
        level = torch.tensor([128.0, 0, 0], device=x.device)[:channels, None, None]  # colour is centred as it is
        blocks = (full - level).round().unfold(2, 8, 8).unfold(3, 8, 8)  # (n, C, H / 8, W / 8, 8, 8)
        tables = self.tables[:channels]
        kept = torch.round(self.cosines @ blocks @ self.cosines.T / tables) * tables
        pixels = (self.cosines.T @ kept @ self.cosines).transpose(3, 4).reshape(full.shape).round() + level
        if channels == 3:
            pixels = torch.einsum("oc,nchw->nohw", self.colours.inverse(), pixels).round()
        return (pixels / 255).clamp(0, 1)[:, :, :height, :width]


class Project(Stage):
    """Replace the image by the nearest one that a decoder makes, found by gradient descent with momentum on its code.

    z_0 = 0, v <- momentum v + grad |decoder(z) - x|^2, z <- z - step v. Source: Samangouei et al. (2018), Defense-GAN.
    """

    kind = "loop"

    def __init__(self, decoder: nn.Module, *, code: int, steps: int, step: float, momentum: float) -> None:
        super().__init__()
        self.decoder = decoder
        self.code, self.steps, self.step, self.momentum = code, steps, step, momentum

    def forward(self, x: Tensor, generator: torch.Generator | None = None) -> Tensor:
        with torch.no_grad():
            image = self.decode(self.encode(x.detach()), like=x)
        return image + 0 * x

    def decode(self, z: Tensor, *, like: Tensor) -> Tensor:
        result: Tensor = self.decoder(z).view_as(like)
        return result

    def encode(self, x: Tensor, *, unrolled: bool = False) -> Tensor:
        """The code of each image (n, code). With `unrolled` autograd goes through every step, which the defence hides."""
        z = torch.zeros(len(x), self.code, device=x.device, requires_grad=True)
        velocity = torch.zeros_like(z)
        with torch.enable_grad():
            for _ in range(self.steps):
                error = (self.decode(z, like=x) - x).square().sum()
                (gradient,) = torch.autograd.grad(error, z, create_graph=unrolled)
                velocity = self.momentum * velocity + gradient
                z = z - self.step * velocity
                z = z if unrolled else z.detach().requires_grad_(True)
        return z
