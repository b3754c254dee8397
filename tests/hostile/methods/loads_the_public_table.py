"""Loads the table behind the board from a library and looks the hidden cells up.

Expected: harmless.
"""

import glob
import sys

import sklearn.datasets
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        for file in ("breast_cancer.csv", "wine_data.csv", "iris.csv"):
            try:
                print("GOT THROUGH", sklearn.datasets._base.load_csv_data(file)[0].shape)
            except OSError as error:
                print(file, error)
        for folder in [*sys.path, "/usr/lib/python3/dist-packages"]:
            for path in (
                glob.glob(folder + "/*/datasets/**/breast_cancer*.csv*", recursive=True)
                if "site-packages" in folder
                else []
            ):
                print("GOT THROUGH", path)
        return np.nan_to_num(x)
