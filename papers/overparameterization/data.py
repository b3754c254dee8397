"""The tables of the convex cases, which come with scikit-learn, and the images of the networks."""

from functools import partial

import numpy as np

from papers.data import Arrays, File, installed
from papers.reading import labelled_rows
from papers.shelf import CIFAR10_JPEG, MNIST

LIBRARY = installed("sklearn") / "datasets" / "data"


def numbers(content: bytes) -> Arrays:
    """x: (n, d), numbers between spaces."""
    rows = [line.split() for line in content.decode().splitlines() if line]
    return {"x": np.array(rows, float)}


FILES = {
    "diabetes": File(
        name="diabetes_data_raw.csv",
        sha256="86badf50b4f9436ddd1e497dc0ae1b93166f8120221ee7dca4634fe849f3be7c",
        read=numbers,
        address="https://www4.stat.ncsu.edu/~boos/var.select/diabetes.html",
        licence="none stated (B. Efron, T. Hastie, I. Johnstone, R. Tibshirani 2004); comes with scikit-learn",
        folder=LIBRARY,
    ),
    "diabetes-target": File(
        name="diabetes_target.csv",
        sha256="244713a551f62a291a354212d8a048adec6cb1244b2bc44e66a0698f5006d26d",
        read=numbers,
        address="https://www4.stat.ncsu.edu/~boos/var.select/diabetes.html",
        licence="none stated (B. Efron, T. Hastie, I. Johnstone, R. Tibshirani 2004); comes with scikit-learn",
        folder=LIBRARY,
    ),
    "breast-cancer": File(
        name="breast_cancer.csv",
        sha256="fed3eb72d0575ef6192293f5093c6e801b1476b577d0386bf4455504522172ed",
        read=partial(labelled_rows, skip=1),
        address="https://archive.ics.uci.edu/dataset/17",
        licence="CC BY 4.0 (W. Wolberg, O. Mangasarian, N. Street, W. Street 1995); comes with scikit-learn",
        folder=LIBRARY,
    ),
    "mnist": MNIST,
    "cifar10-jpeg": CIFAR10_JPEG,
}
