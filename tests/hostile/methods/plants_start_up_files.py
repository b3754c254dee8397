"""Leaves code where a Python that starts would run it.

Expected: harmless.
"""

import os
import site
import sys

import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        user = f"/tmp/.local/lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
        for folder in ("/tmp", "/dev/shm", user, "/box", "/box/runners", *site.getsitepackages(), sys.prefix, "/etc"):
            for name in ("usercustomize.py", "sitecustomize.py", "evil.pth", "numpy.py", "pyvenv.cfg", "ld.so.preload"):
                try:
                    os.makedirs(folder, exist_ok=True)
                    with open(f"{folder}/{name}", "w") as file:
                        file.write("import sys; print('GOT THROUGH', file=sys.stderr)\n")
                    if not folder.startswith(("/tmp", "/dev/shm")):
                        print("GOT THROUGH", folder)
                except OSError as error:
                    print(error)
        return np.nan_to_num(x)
