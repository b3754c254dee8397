"""Looks for bubblewrap's command line and environment, which name folders of this machine.

Expected: harmless.
"""

import os

import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        for name in ("cmdline", "environ", "maps", "status", "mountinfo", "fd/0", "task/1/cmdline", "root/etc"):
            for folder in ("/proc/1", "/proc/self/../1", "/proc/thread-self/../../../1"):
                for read in (lambda path: open(path, "rb").read(), os.listdir):
                    try:
                        print("GOT THROUGH", folder, name, read(f"{folder}/{name}"))
                    except OSError as error:
                        print(error)
        return np.nan_to_num(x)
