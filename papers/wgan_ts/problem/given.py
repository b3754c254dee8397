"""Pairs of samples whose own distance is asked: drawn from a known pair, or images of digits."""

import numpy as np

from papers.data import dataset
from papers.task import Seed
from papers.wgan_ts.problem.pairs import FAMILIES, make_pair
from papers.wgan_ts.problem.sources import with_random_contrast

COMPONENTS = 20  # of an image's features


def given_samples(family: str, *, d: int, n: int, seed: Seed) -> tuple[np.ndarray, np.ndarray, str]:
    """Two samples of n points and their cost: (n, d) float32 each, "l1" or "l2".

    family: that of a pair of distributions in d dimensions, or "pixels" and "features" of MNIST's digits.
    """
    if family in FAMILIES:
        pair = make_pair(family, d, seed.rng("pair"))
        x, y = pair.sample(n, seed.rng("sample"))
        return x, y, pair.cost
    low, high = halves_of_mnist(n, seed.rng("sample"))
    if family == "pixels":
        return low, high, "l1"
    both = np.concatenate([low, high])
    features = both - both.mean(axis=0)
    axes = np.linalg.svd(features, full_matrices=False)[2][:COMPONENTS]
    x, y = np.split((features @ axes.T).astype(np.float32), 2)
    return x, y, "l2"


def halves_of_mnist(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """n images of the digits 0 to 4 and n of 5 to 9: (n, 784) float32 in [0, 1]."""
    arrays = dataset("mnist")
    sides = arrays["y_train"] < 5, arrays["y_train"] >= 5
    low, high = (arrays["x_train"][rng.choice(np.flatnonzero(side), n, replace=False)] for side in sides)
    return with_random_contrast(low / 255, rng), with_random_contrast(high / 255, rng)
