"""Walks over everything that it can see and opens what looks like a secret.

Expected: harmless.
"""

import os
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        for folder, folders, files in os.walk("/"):
            folders[:] = [name for name in folders if name not in ("proc", "sys", "usr", "lib")]
            for name in files:
                if "canary" in name or name.endswith((".env", ".sqlite3", ".csv", ".key")):
                    if "site-packages" not in folder:
                        print("GOT THROUGH", os.path.join(folder, name))
                        print(open(os.path.join(folder, name), "rb").read(1000))
        return np.nan_to_num(x)
