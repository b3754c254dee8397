"""CIFAR-10 (JPEG re-encode) for a real supernet in the space of NAS-Bench-201."""

import numpy as np
import torch

from papers.data import dataset
from papers.enas.problem.supernet import Recipe

CHANNELS, STAGES, BATCH, PROBE = 16, 3, 64, 64
TRAIN, VALIDATE = 25_000, 2_000
MEAN, SPREAD = (0.4913, 0.4821, 0.4465), (0.2452, 0.2428, 0.2606)
# A full training of the table: 200 epochs of 25,000 images, forward and backward, through 15 cells; the supernet has 3.
PASSES = 3 * 200 * 25_000 * 15 / 3


def recipe(rng: np.random.Generator, *, train: int = TRAIN, validate: int = VALIDATE) -> Recipe:
    """Half of the training images for the weights, 2,000 of the other half to score children; the split is drawn."""
    arrays = dataset("cifar10-jpeg")
    order = rng.permutation(len(arrays["y_train"]))
    parts = order[:train], order[TRAIN : TRAIN + validate]
    fit, check = (
        (standardise(arrays["x_train"][part]), torch.tensor(arrays["y_train"][part].astype(np.int64))) for part in parts
    )
    return Recipe(fit, check, CHANNELS, BATCH, PROBE, PASSES, STAGES)


def standardise(pixels: np.ndarray) -> torch.Tensor:
    """(n, 32, 32, 3) uint8 -> (n, 3, 32, 32) float32, each channel about 0 with spread 1."""
    standard = (pixels.astype(np.float32) / 255 - np.array(MEAN, np.float32)) / np.array(SPREAD, np.float32)
    return torch.from_numpy(standard).permute(0, 3, 1, 2).contiguous()
