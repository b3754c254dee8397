"""Pictures by class, in two parts that share no class: one to learn from, one for the episodes."""

from dataclasses import dataclass

import numpy as np

from papers import digits
from papers.conditional_neural_processes.problem import glyphs
from papers.conditional_neural_processes.problem.images import disguised
from papers.data import dataset

GLYPHS = 200, 100, 20  # classes to learn from, for the episodes, drawings of each
DIGITS = 1800
ALPHABETS = ("Balinese", "Early_Aramaic", "Greek", "Korean", "Latin")  # to learn from; the others for the episodes
PERSONS = 25  # of 40, to learn from


@dataclass(frozen=True)
class Classes:
    """images (k, h, w) float32 in [0, 1], labels (k,) int64; `learnt` for `fit`, `new` for the episodes."""

    learnt: tuple[np.ndarray, np.ndarray]
    new: tuple[np.ndarray, np.ndarray]


def load(source: str, rng: np.random.Generator) -> Classes:
    """Raises DataError."""
    if source == "glyphs":
        learnt, new, each = GLYPHS
        return Classes(glyphs.draw(rng, learnt, each), glyphs.draw(rng, new, each))
    if source == "digits":
        images, labels = digits.draw(rng, DIGITS, side=8)
        return apart(images, labels, np.arange(5))
    if source == "faces":
        arrays = dataset("orl_faces")
        images = (disguised(arrays["x32"], rng, is_mirrored=False) / 255).astype(np.float32)
        return apart(images, arrays["y"].astype(np.int64), rng.permutation(40)[:PERSONS])
    return of_omniglot(rng)


def apart(images: np.ndarray, labels: np.ndarray, learnt: np.ndarray) -> Classes:
    chosen = np.isin(labels, learnt)
    return Classes((images[chosen], labels[chosen]), (images[~chosen], labels[~chosen]))


def of_omniglot(rng: np.random.Generator) -> Classes:
    """Split by alphabet, 28 x 28 by area, disguised. Training characters turned by quarters are further classes."""
    arrays = dataset("omniglot_small")
    bits = np.unpackbits(arrays["bits"], axis=-1)[..., :105].astype(np.float32)
    images = (disguised(255 * shrunk(bits, 28), rng, is_mirrored=False) / 255).astype(np.float32)
    labels = arrays["char"].astype(np.int64)
    is_learnt = np.isin(arrays["alphabets"][arrays["alphabet"]], ALPHABETS)
    turned = [np.rot90(images[is_learnt], quarter, axes=(1, 2)) for quarter in range(4)]
    count = int(labels.max()) + 1
    numbers = [labels[is_learnt] + quarter * count for quarter in range(4)]
    return Classes((np.concatenate(turned), np.concatenate(numbers)), (images[~is_learnt], labels[~is_learnt]))


def shrunk(images: np.ndarray, side: int) -> np.ndarray:
    """Means over areas: (k, s, s) -> (k, side, side)."""
    edges = np.linspace(0, images.shape[1], side + 1)
    pixel = np.arange(images.shape[1])
    shares = np.clip(np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel), 0, 1)
    shares = (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
    return np.asarray(shares @ images @ shares.T)
