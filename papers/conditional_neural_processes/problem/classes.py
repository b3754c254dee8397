"""Pictures by class, in two parts that share no class: one to learn from, one for the episodes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from papers.conditional_neural_processes.problem import glyphs, signs
from papers.conditional_neural_processes.problem.images import disguised
from papers.data import dataset

LAWS = {"glyphs": glyphs.draw, "signs": signs.draw}
CLASSES, DRAWINGS = 1000, 6  # of a law, to learn from; drawings of each
ALPHABETS = ("Balinese", "Early_Aramaic", "Greek", "Korean", "Latin")  # to learn from; the others for the episodes
PERSONS = 25  # of 40, to learn from

Rng = np.random.Generator
Pictures = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Classes:
    """Pictures are images (k, h, w) float32 in [0, 1] and their labels (k,) int64.

    learnt: those for `fit`. draw(rng, counts): of a class for each count so many pictures, classes that `learnt` lacks.
    """

    learnt: Pictures
    draw: Callable[[Rng, Sequence[int]], Pictures]


def load(source: str, rng: Rng) -> Classes:
    """Raises DataError."""
    if source in LAWS:
        draw = LAWS[source]
        return Classes(draw(rng, [DRAWINGS] * CLASSES), draw)
    if source == "faces":
        arrays = dataset("orl_faces")
        return of_faces(arrays["x32"], arrays["y"].astype(np.int64), rng)
    return of_omniglot(rng)


def of_faces(images: np.ndarray, persons: np.ndarray, rng: Rng) -> Classes:
    """Split by person, disguised."""
    is_learnt = np.isin(persons, rng.permutation(40)[:PERSONS])
    learnt = shown(images[is_learnt], rng), persons[is_learnt]
    return Classes(learnt, picker(images[~is_learnt], persons[~is_learnt]))


def of_omniglot(rng: Rng) -> Classes:
    """Split by alphabet, 28 x 28 by area, disguised. Training characters turned by quarters are further classes."""
    arrays = dataset("omniglot_small")
    bits = np.unpackbits(arrays["bits"], axis=-1)[..., :105].astype(np.float32)
    images, labels = 255 * shrunk(bits, 28), arrays["char"].astype(np.int64)
    is_learnt = np.isin(arrays["alphabets"][arrays["alphabet"]], ALPHABETS)
    upright = shown(images[is_learnt], rng)
    turned = [np.rot90(upright, quarter, axes=(1, 2)) for quarter in range(4)]
    count = int(labels.max()) + 1
    numbers = [labels[is_learnt] + quarter * count for quarter in range(4)]
    learnt = np.concatenate(turned), np.concatenate(numbers)
    return Classes(learnt, picker(images[~is_learnt], labels[~is_learnt]))


def shown(images: np.ndarray, rng: Rng) -> np.ndarray:
    """Images (k, h, w) of numbers to 255, disguised: float32 in [0, 1]."""
    return (disguised(images, rng, is_mirrored=False) / 255).astype(np.float32)


def picker(images: np.ndarray, labels: np.ndarray) -> Callable[[Rng, Sequence[int]], Pictures]:
    """What draws from images that are there: classes may return, each time in another disguise."""
    rows = [np.flatnonzero(labels == label) for label in np.unique(labels)]

    def draw(rng: Rng, counts: Sequence[int]) -> Pictures:
        chosen = rng.permutation(len(rows))[: len(counts)]
        picked = [rng.permutation(rows[k])[:count] for k, count in zip(chosen, counts, strict=True)]
        return shown(images[np.concatenate(picked)], rng), np.repeat(np.arange(len(counts)), counts)

    return draw


def shrunk(images: np.ndarray, side: int) -> np.ndarray:
    """Means over areas: (k, s, s) -> (k, side, side)."""
    edges = np.linspace(0, images.shape[1], side + 1)
    pixel = np.arange(images.shape[1])
    shares = np.clip(np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel), 0, 1)
    shares = (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
    return np.asarray(shares @ images @ shares.T)
