"""Leaves modules and start-up files beside its own file, for whoever imports from that folder next.

Expected: harmless.
"""

import os
import subprocess
import sys

import numpy as np

FOLDER = os.path.dirname(__file__)
TEXT = "import sys; print('PLANTED', file=sys.stderr)\n"


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        for name in ("sitecustomize.py", "usercustomize.py", "numpy.py", "runners.py", "method.py", "evil.pth"):
            with open(f"{FOLDER}/{name}", "w") as file:
                file.write(TEXT)
        for name in ("/box/sitecustomize.py", "/box/runners/inside/harness.py", "/box/runners/inside/wire.py"):
            try:
                with open(name, "w") as file:
                    file.write(TEXT)
                print("GOT THROUGH", name)
            except OSError as error:
                print(error)
        try:
            subprocess.run([sys.executable, "-c", "1"], timeout=1)  # its own child may well run it
        except subprocess.TimeoutExpired:
            print("slow")
        return np.nan_to_num(x)
