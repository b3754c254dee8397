"""What is to be generated: points in the unit square with known modes, and small images. Split at random, part hidden."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from papers import digits
from papers.data import dataset

SPREAD = 0.02  # standard deviation of a mode in the unit square
SEGMENTS = 20  # of the roll's length, as its modes
CONTRAST = 0.9  # the least factor by which an image is moved

Rng = np.random.Generator
Labelled = tuple[np.ndarray, np.ndarray]  # x: (n, d), mode: (n,) int


@dataclass(frozen=True)
class Source:
    """train: (n, d), hidden: (m, d), float32 in [0, 1]; mode: (m,) of the hidden ones, or none; shape of an image."""

    train: np.ndarray
    hidden: np.ndarray
    mode: np.ndarray | None
    shape: tuple[int, int] | None


def load(name: str, *, train: int, hidden: int, rng: Rng) -> Source:
    """Draw or split the points of this name into so many shown and so many hidden ones. Raises KeyError.

    Digits are drawn, not the public ones of scikit-learn: of those, what isn't shown is what is hidden.
    """
    if name in POINTS:
        x, mode = POINTS[name](train + hidden, rng)
        return Source(x[:train], x[train:], mode[train:], None)
    images, label = digits.draw(rng, train + hidden) if name == "digits" else IMAGES[name]()
    rows = rng.permutation(len(images))[: train + hidden]
    x = with_random_contrast(images[rows], rng)
    return Source(x[:train], x[train:], None if label is None else label[rows[train:]], images.shape[1:])


def with_random_contrast(images: np.ndarray, rng: Rng) -> np.ndarray:
    """Flattened images, the contrast of each moved at random: (n, h, w) in [0, 1] -> (n, h w) float32."""
    x = images.reshape(len(images), -1)
    return (x * rng.uniform(CONTRAST, 1, (len(x), 1))).astype(np.float32)


def unit(x: np.ndarray) -> np.ndarray:
    return np.asarray(np.clip(x, 0, 1), np.float32)


def ring(n: int, rng: Rng) -> Labelled:
    """Eight Gaussians on a circle, turned at random."""
    mode = rng.integers(8, size=n)
    angle = 2 * np.pi * (mode / 8 + rng.random())
    centre = 0.5 + 0.35 * np.column_stack([np.cos(angle), np.sin(angle)])
    return unit(centre + SPREAD * rng.normal(size=(n, 2))), mode


def grid(n: int, rng: Rng) -> Labelled:
    """25 Gaussians on a square grid, moved at random."""
    mode = rng.integers(25, size=n)
    centre = 0.12 + 0.19 * np.column_stack(np.divmod(mode, 5)) + rng.uniform(-0.03, 0.03, 2)
    return unit(centre + SPREAD * rng.normal(size=(n, 2))), mode


def roll(n: int, rng: Rng) -> Labelled:
    """The Swiss roll from above: a spiral of one and a half turns, uniform in its angle; modes are segments of it."""
    share, start = rng.random(n), 2 * np.pi * rng.random()
    angle = 1.5 * np.pi * (1 + 2 * share)
    radius = 0.43 * angle / (4.5 * np.pi)
    x = 0.5 + radius[:, None] * np.column_stack([np.cos(angle + start), np.sin(angle + start)])
    return unit(x + SPREAD / 2 * rng.normal(size=(n, 2))), np.floor(SEGMENTS * share).astype(int)


def mnist() -> tuple[np.ndarray, np.ndarray]:
    arrays = dataset("mnist")
    return arrays["x_train"] / np.float32(255), arrays["y_train"]


def fashion() -> tuple[np.ndarray, np.ndarray]:
    arrays = dataset("fashion-mnist-part")
    both = [np.concatenate([arrays[f"{name}_train"], arrays[f"{name}_test"]]) for name in "xy"]
    return both[0] / np.float32(255), both[1]


def faces() -> tuple[np.ndarray, None]:
    """Photographs of people, without saying who is who."""
    return dataset("orl-faces")["x32"] / np.float32(255), None


POINTS: dict[str, Callable[[int, Rng], Labelled]] = {"ring": ring, "grid": grid, "roll": roll}
IMAGES: dict[str, Callable[[], tuple[np.ndarray, np.ndarray | None]]] = {
    "mnist": mnist,
    "fashion": fashion,
    "faces": faces,
}
