"""The cases: which network, on which images, trained how. Imports no torch."""

from dataclasses import dataclass, field
from typing import Literal

from papers.task import Case


@dataclass(frozen=True)
class Plane:
    """A grid over the phase plane, for networks of each of these depths."""

    depths: tuple[int, ...]
    sigma_w: tuple[float, ...]
    sigma_b: tuple[float, ...]


@dataclass(frozen=True)
class Training:
    """A network of `depth` to 1.1 `depth` layers; each of `rates` is tried, and the lowest last loss chosen.

    with_data: the method may see unlabelled images. references: a residual and a normalised network are trained as well.
    plane: Gaussian starts on its grid are trained as well.
    """

    depth: int
    steps: int
    batch: int
    channels: int = 16
    source: Literal["digits", "mnist", "cifar10-jpeg"] = "digits"
    activation: Literal["tanh", "relu"] = "tanh"
    optimiser: Literal["adam", "sgd"] = "adam"
    rates: tuple[float, ...] = field(default=(1e-4, 3e-4))
    with_data: bool = False
    references: bool = False
    plane: Plane | None = None

    @property
    def side(self) -> int:
        """Of the maps: half the images'."""
        return {"digits": 4, "mnist": 7, "cifar10-jpeg": 8}[self.source]


def on_mnist(depth: int, *, steps: int, batch: int, channels: int, rates: tuple[float, ...]) -> Case[Training]:
    return Case(
        name=f"mnist/depth{depth}",
        params=Training(depth, steps, batch, channels=channels, source="mnist", rates=rates),
        data=("mnist",),
    )


PLANE = Plane((8, 32, 64), sigma_w=(0.6, 0.8, 1.0, 1.2, 1.5, 2.0, 3.0), sigma_b=(0.0, 0.05, 0.2, 0.5, 1.0))
TINY = Case(  # a trial
    name="digits/tiny",
    params=Training(8, steps=20, batch=32, rates=(1e-3,), plane=Plane((2,), sigma_w=(0.01, 1.0), sigma_b=(0.0,))),
    ranked=False,
)
QUICK = (
    Case(name="digits/depth32", params=Training(32, steps=250, batch=64)),
    Case(name="digits/depth128", params=Training(128, steps=120, batch=32)),
)
FULL = (
    *QUICK,
    Case(
        name="digits/depth128/architectures",
        params=Training(128, steps=120, batch=32, references=True),
        ranked=False,
    ),
    Case(name="digits/depth128/data", params=Training(128, steps=120, batch=32, with_data=True)),
    Case(name="digits/depth128/relu", params=Training(128, steps=120, batch=32, activation="relu"), ranked=False),
    Case(
        name="digits/plane",
        params=Training(32, steps=60, batch=32, rates=(1e-3,), plane=PLANE),
        ranked=False,
    ),
    Case(
        name="digits/depth10000", params=Training(10_000, steps=200, batch=16, channels=8, rates=(1e-6,)), ranked=False
    ),
    on_mnist(1250, steps=2000, batch=64, channels=32, rates=(3e-6, 1e-5)),
    on_mnist(10_000, steps=2000, batch=32, channels=16, rates=(1e-6,)),
    Case(
        name="cifar-jpeg/depth1250",
        params=Training(1250, steps=10_000, batch=64, channels=32, source="cifar10-jpeg", rates=(1e-5,)),
        data=("cifar10-jpeg",),
    ),
)
