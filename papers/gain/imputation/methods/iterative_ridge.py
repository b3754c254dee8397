"""Chained equations with Bayesian ridge regression; each gap gets its conditional mean.

Drawn from the posterior instead, each gap has one draw of it: multiple imputation by chained equations (MICE), one imputation.
"""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer

ROUNDS = 10
IS_DRAWN = False


class Method:
    def __init__(self, seed: int, device: str):
        self.seed = seed

    def impute(self, x: np.ndarray, categorical: np.ndarray) -> np.ndarray:
        low, high = np.nanmin(x, axis=0), np.nanmax(x, axis=0)  # draws stay within what was observed
        high = np.maximum(high, np.nextafter(low, np.inf))  # of a column that is constant as far as it was observed
        imputer = IterativeImputer(
            max_iter=ROUNDS, sample_posterior=IS_DRAWN, min_value=low, max_value=high, random_state=self.seed
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # ten rounds are the method, converged or not
            return imputer.fit_transform(x).astype(np.float32)
