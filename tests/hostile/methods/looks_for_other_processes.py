"""Lists processes, to learn what else runs here.

Expected: harmless.
"""

import os
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        for pid in filter(str.isdigit, os.listdir("/proc")):
            if int(pid) not in (1, os.getpid(), os.getppid()):
                print("GOT THROUGH", pid, open(f"/proc/{pid}/cmdline").read())
        return np.nan_to_num(x)
