"""MissForest in spirit: chained regressions with extremely randomised trees, 20 trees, 3 rounds.

Source: Stekhoven and Bühlmann (2012). Departs from it in the kind of tree, the fixed number of rounds, and in treating
category codes as numbers.
"""

import warnings

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer


class Method:
    def __init__(self, seed: int, device: str):
        self.seed = seed

    def impute(self, x: np.ndarray, categorical: np.ndarray) -> np.ndarray:
        trees = ExtraTreesRegressor(
            n_estimators=20, min_samples_leaf=2, max_features=0.5, n_jobs=1, random_state=self.seed
        )
        imputer = IterativeImputer(trees, max_iter=3, random_state=self.seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            return imputer.fit_transform(x).astype(np.float32)
