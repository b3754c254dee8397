"""Reads and lists from every descriptor that it finds open.

Expected: harmless.
"""

import os
import sys
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        for number in range(3, 1024):
            try:
                target = os.readlink(f"/proc/self/fd/{number}")
            except OSError:
                continue
            if target.startswith(("/", "socket:")) and not target.startswith(
                ("/dev/null", sys.prefix, sys.base_prefix, "/proc")
            ):
                print("GOT THROUGH", number, target)
            for path in (f"/proc/self/fd/{number}/../../etc/passwd", f"/proc/self/fd/{number}/.."):
                if os.path.exists(path):
                    print("GOT THROUGH", path)
        return np.nan_to_num(x)
