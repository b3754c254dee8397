"""Returns numbers that break means, comparisons and JSON.

Expected: harmless.
"""

import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        return {"x": np.full(x.shape, np.inf), "nan": float("nan"), "inf": [-np.inf, np.float32(np.nan)], "big": 2**63}
