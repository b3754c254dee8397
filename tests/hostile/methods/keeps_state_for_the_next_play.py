"""Leaves notes for itself everywhere it may write and looks for those of the last play.

Expected: harmless.
"""

import os
import numpy as np


PLACES = ("/tmp/notes", "/dev/shm/notes", "/tmp/.cache/notes")


class Method:
    def __init__(self, seed, device):
        for path in PLACES:
            if os.path.exists(path):
                print("GOT THROUGH", path)

    def impute(self, x, categorical):
        for path in PLACES:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            open(path, "w").write("seen")
        return np.nan_to_num(x)
