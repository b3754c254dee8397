"""What the cases of both boards say about images, the ball around them and where they come from. Imports no torch."""

from dataclasses import dataclass
from typing import Literal

Norm = Literal["linf", "l2"]
DATA_SETS = {  # the images' name on the boards -> that of the data set they come from
    "mnist": "mnist",
    "fashion": "fashion-mnist-part",
    "cifar-jpegcopy": "cifar10-jpeg",
}
PUBLISHED_NETS = {  # victims whose weights others published -> the data set that holds them
    "mnist-plain": "advertorch-mnist-plain",
    "mnist-adversarial": "advertorch-mnist-adversarial",
    "mnist-certified": "convex-mnist",
    "fashion-certified": "convex-fashion-mnist",
}


@dataclass(frozen=True, kw_only=True)
class Threat:
    """So many test images of a kind, each of which may be changed within a ball."""

    data: str  # see `problem.images`
    norm: Norm
    eps: float  # radius of the ball, in units of x, which lies in [0, 1]
    images: int


def data_sets(data: str, victim: str = "") -> tuple[str, ...]:
    """The data sets without which images and victim can't be had: none for the digits, which come with a library."""
    names = (DATA_SETS.get(data), PUBLISHED_NETS.get(victim))
    return tuple(name for name in names if name)


def radius_in(written: float | str) -> float:
    """A radius in units of x, which cases write as a number or as a share of 255: "8-255"."""
    return int(written.removesuffix("-255")) / 255 if isinstance(written, str) else written
