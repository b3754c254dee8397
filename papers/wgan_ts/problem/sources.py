"""What is to be generated: points in the unit square with known modes, and small images. Split at random, part hidden."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from papers import digits
from papers.data import dataset

SPREAD = 0.02  # about the standard deviation of a mode in the unit square
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

    "digits" are drawn; "public digits" are those that anybody has.
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
    """Gaussians on an ellipse: how many, how far apart, how wide and how heavy each is, all drawn."""
    modes = int(rng.integers(6, 11))
    angle = 2 * np.pi * (rng.random() + (np.arange(modes) + rng.uniform(-0.25, 0.25, modes)) / modes)
    axes = rng.uniform(0.22, 0.38, 2)
    around = np.column_stack([np.cos(angle), np.sin(angle)]) * axes
    return gaussians(n, 0.5 + around @ turn(2 * np.pi * rng.random()), rng)


def grid(n: int, rng: Rng) -> Labelled:
    """Gaussians on a lattice of 16 to 25 points, turned and sheared, each point of it moved a little."""
    rows, columns = rng.integers(4, 6, 2)
    lattice = (
        np.column_stack([side.ravel() for side in np.indices((rows, columns))]) - np.array([rows, columns]) / 2 + 0.5
    )
    shear = np.array([[1.0, rng.uniform(-0.3, 0.3)], [0.0, 1.0]])
    around = 0.14 * (lattice + rng.uniform(-0.15, 0.15, lattice.shape)) @ shear @ turn(2 * np.pi * rng.random())
    return gaussians(n, 0.5 + around, rng)


def roll(n: int, rng: Rng) -> Labelled:
    """A spiral, uniform in its angle, of one to two turns, squeezed and turned at random; modes are segments of it."""
    share, turns, inner = rng.random(n), rng.uniform(1, 2), rng.uniform(0.15, 0.4)
    angle = 2 * np.pi * turns * share
    radius = 0.43 * (inner + (1 - inner) * share ** rng.uniform(0.7, 1.3))
    around = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]) * rng.uniform(0.7, 1, 2)
    x = 0.5 + around @ turn(2 * np.pi * rng.random())
    return unit(x + SPREAD / 2 * rng.normal(size=(n, 2))), np.floor(SEGMENTS * share).astype(int)


def gaussians(n: int, centre: np.ndarray, rng: Rng) -> Labelled:
    """n points of Gaussians with these centres (k, 2), whose weights and spreads are drawn."""
    weights, spreads = rng.dirichlet(np.full(len(centre), 8.0)), SPREAD * rng.uniform(0.6, 1.4, len(centre))
    mode = rng.choice(len(centre), n, p=weights)
    return unit(centre[mode] + spreads[mode, None] * rng.normal(size=(n, 2))), mode


def turn(angle: float) -> np.ndarray:
    """The rotation by an angle: (2, 2)."""
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def public_digits() -> tuple[np.ndarray, np.ndarray]:
    """The 1,797 of scikit-learn, which anybody has: of them, what isn't shown is what is hidden."""
    arrays = dataset("digits")
    return arrays["x"].reshape(-1, 8, 8) / np.float32(16), arrays["label"]


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
    "public digits": public_digits,
    "mnist": mnist,
    "fashion": fashion,
    "faces": faces,
}
