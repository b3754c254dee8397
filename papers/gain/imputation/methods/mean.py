"""Column means: the simplest method there is, and a place to start your own."""

import numpy as np


class Method:
    def __init__(self, seed: int, device: str):
        # Draw all your randomness from `seed`. `device` is "cpu" or "cuda", for torch.
        self.seed = seed
        self.device = device

    def impute(self, x: np.ndarray, categorical: np.ndarray) -> np.ndarray:
        """x: (n, d) float32 with NaN where a cell is missing; return it with every gap filled."""
        # Replace this line by your idea. Columns come in arbitrary order and units; observed cells stay what they are.
        means = np.nanmean(x, axis=0)
        return np.where(np.isnan(x), means, x).astype(np.float32)
