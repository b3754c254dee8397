"""Column medians."""

import numpy as np


class Method:
    def __init__(self, seed: int, device: str):
        pass

    def impute(self, x: np.ndarray, categorical: np.ndarray) -> np.ndarray:
        return np.where(np.isnan(x), np.nanmedian(x, axis=0), x).astype(np.float32)
