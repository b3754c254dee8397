"""Images as functions of the place: digits that nobody has, and public images disguised by the seed."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from papers import digits
from papers.data import dataset

DIGITS = 1297, 500  # training and test images
MNIST = 5000, 1000
PERSONS = 30  # of 40: their faces are for training, those of the others for the test
TURN, ZOOM, SHIFT = 0.12, 0.06, 0.04  # standard deviations of a disguise: radians, log-scale, share of the side


@dataclass(frozen=True)
class Images:
    """Grey images in [0, 1], dequantised: train and test (k, h, w) float64; a value was one of so many levels."""

    train: np.ndarray
    test: np.ndarray
    levels: int

    @property
    def places(self) -> np.ndarray:
        """The centres of the pixels (row, column), each in [0, 1], row by row: (h * w, 2)."""
        h, w = self.train.shape[1:]
        rows, columns = np.meshgrid((np.arange(h) + 0.5) / h, (np.arange(w) + 0.5) / w, indexing="ij")
        return np.stack([rows.ravel(), columns.ravel()], axis=1)


def load(source: str, rng: np.random.Generator) -> Images:
    """The images of a source, split and disguised by rng. Raises DataError."""
    if source == "digits":
        drawn, _ = digits.draw(rng, sum(DIGITS), side=8)
        return split(np.round(drawn * 16), rng.permutation(len(drawn)), DIGITS[0], 17, rng)
    if source == "mnist":
        arrays = dataset("mnist70k")
        pool = np.concatenate([arrays["x_train"], arrays["x_test"]])
        chosen = pool[rng.permutation(len(pool))[: sum(MNIST)]]
        return split(disguised(chosen, rng, is_mirrored=False), np.arange(len(chosen)), MNIST[0], 256, rng)
    arrays = dataset("orl_faces")
    persons = rng.permutation(np.unique(arrays["y"]))
    order = np.argsort(np.argsort(persons)[arrays["y"]], kind="stable")
    count = int(np.isin(arrays["y"], persons[:PERSONS]).sum())
    return split(disguised(arrays["x32"], rng, is_mirrored=True), order, count, 256, rng)


def split(values: np.ndarray, order: np.ndarray, count: int, levels: int, rng: np.random.Generator) -> Images:
    """The first `count` images of an order for training; whole numbers below `levels` become uniform within their step."""
    spread = (values[order] + rng.random(values.shape)) / levels
    return Images(spread[:count], spread[count:], levels)


def disguised(images: np.ndarray, rng: np.random.Generator, *, is_mirrored: bool) -> np.ndarray:
    """Each image turned, zoomed and shifted a little, half of them mirrored where that does no harm: whole numbers to 255."""
    side = images.shape[1]
    centre = (side - 1) / 2
    moved = np.empty(images.shape)
    for index, image in enumerate(images):
        turn, zoom = rng.normal(0, TURN), np.exp(rng.normal(0, ZOOM))
        matrix = zoom * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        offset = centre - matrix @ np.full(2, centre) + rng.normal(0, SHIFT * side, 2)
        whole = image[:, ::-1] if is_mirrored and rng.random() < 0.5 else image
        moved[index] = ndimage.affine_transform(whole.astype(float), matrix, offset, order=1, mode="nearest")
    return np.round(np.clip(moved, 0, 255))


@dataclass(frozen=True)
class Marginals:
    """The best predictor that knows no context: a histogram for each pixel, (h * w, bins) densities."""

    density: np.ndarray

    def log_density(self, pixels: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Of values at these pixels' numbers, same shape: nats."""
        bins = self.density.shape[1]
        return np.asarray(np.log(self.density[pixels, bin_of(values, bins)]))


def bin_of(values: np.ndarray, bins: int) -> np.ndarray:
    return np.asarray(np.minimum((values * bins).astype(int), bins - 1))


def marginals(images: Images) -> Marginals:
    """Histograms of the training images, half a count added everywhere; as fine as predicts them best, each left out in turn."""
    flat = images.train.reshape(len(images.train), -1)
    widths = [images.levels >> k for k in range(6) if images.levels % (1 << k) == 0]
    best = max((histograms(flat, bins) for bins in widths), key=lambda candidate: candidate[1])
    return Marginals(best[0])


def histograms(flat: np.ndarray, bins: int) -> tuple[np.ndarray, float]:
    """Densities (pixels, bins), and the mean log-density of images (k, pixels) that are left out in turn."""
    k, pixels = flat.shape
    where = bin_of(flat, bins)
    counts = np.zeros((pixels, bins))
    np.add.at(counts, (np.arange(pixels)[None], where), 1)
    own = counts[np.arange(pixels)[None], where]
    left_out = np.log((own - 0.5) * bins / (k - 1 + 0.5 * bins)).mean()
    return (counts + 0.5) * bins / (k + 0.5 * bins), float(left_out)
