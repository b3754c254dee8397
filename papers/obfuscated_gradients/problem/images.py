"""Images and labels that the boards draw from: float32 (n, C, H, W) in [0, 1], int64 (n,)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from papers import data as datasets
from papers import digits as drawing
from papers.obfuscated_gradients.problem.threats import DATA_SETS

TRAIN, TEST = 1297, 500  # digits


@dataclass(frozen=True)
class Images:
    x: np.ndarray  # (n, C, H, W) float32 in [0, 1]
    y: np.ndarray  # (n,) int64

    def __len__(self) -> int:
        return len(self.y)

    def take(self, rows: np.ndarray) -> "Images":
        return Images(self.x[rows], self.y[rows])


@datasets.kept
def splits(name: str) -> tuple[Images, Images]:
    """Training and test images of a data set. Do not write into them."""
    return LOADERS[name]()


def drawn_digits(rng: np.random.Generator) -> tuple[Images, Images]:
    """8x8 digits that nobody has: 1,297 to train, 500 to test, drawn anew for each seed."""
    x, y = drawing.draw(rng, TRAIN + TEST)
    x = x[:, None]
    return Images(x[:TRAIN], y[:TRAIN]), Images(x[TRAIN:], y[TRAIN:])


def digits() -> tuple[Images, Images]:
    """scikit-learn's 8x8 digits, 16 grey levels: 1,297 to train, 500 to test, the same split for ever."""
    arrays = datasets.dataset("digits")
    order = np.random.default_rng(1802).permutation(len(arrays["label"]))
    x = (arrays["x"].reshape(-1, 8, 8) / 16).astype(np.float32)[order, None]
    y = arrays["label"][order]
    return Images(x[:TRAIN], y[:TRAIN]), Images(x[TRAIN:], y[TRAIN:])


def grey_images(name: str) -> tuple[Images, Images]:
    """28x28 images from a file of x_train, y_train, x_test, y_test, grey levels up to 255."""
    arrays = datasets.dataset(name)
    return tuple(  # type: ignore[return-value]
        Images((arrays[f"x_{part}"][:, None] / 255).astype(np.float32), arrays[f"y_{part}"].astype(np.int64))
        for part in ("train", "test")
    )


def colour_images(name: str) -> tuple[Images, Images]:
    """Colour images (n, 3, H, W) from a data set of x_train, y_train, x_test, y_test, (n, H, W, 3) uint8."""
    arrays = datasets.dataset(name)
    return tuple(  # type: ignore[return-value]
        Images(
            (arrays[f"x_{part}"].transpose(0, 3, 1, 2) / np.float32(255)).astype(np.float32, order="C"),
            arrays[f"y_{part}"].astype(np.int64),
        )
        for part in ("train", "test")
    )


LOADERS: dict[str, Callable[[], tuple[Images, Images]]] = {
    "digits": digits,
    "mnist": partial(grey_images, DATA_SETS["mnist"]),
    "fashion": partial(grey_images, DATA_SETS["fashion"]),
    "cifar-jpegcopy": partial(colour_images, DATA_SETS["cifar-jpegcopy"]),
}


def deal(images: Images, n: int, rng: np.random.Generator) -> Images:
    """A secret subset in a secret order, each image under its own contrast and brightness.

    x becomes a x + b, cut to [0, 1], with a in [.95, 1.05] and b in [0, .02]: perturbations computed beforehand for the
    public images are of little use.
    """
    chosen = images.take(rng.permutation(len(images))[:n])
    a, b = rng.uniform(0.95, 1.05, (n, 1, 1, 1)), rng.uniform(0, 0.02, (n, 1, 1, 1))
    return Images(np.clip(a * chosen.x + b, 0, 1).astype(np.float32), chosen.y)
