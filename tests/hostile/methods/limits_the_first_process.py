"""Sets the limits of process 1 to nothing: bubblewrap would die, and the fault look like ours.

Expected: harmless, died.
"""

import os
import resource

import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        for pid in (1, os.getppid()):
            for what in (resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_NOFILE):
                try:
                    resource.prlimit(pid, what, (0, 0))
                except (OSError, ValueError) as error:
                    print(pid, error)
            try:
                os.setpriority(os.PRIO_PROCESS, pid, 19)
            except OSError as error:
                print(pid, error)
        sum(range(10_000_000))
        return np.nan_to_num(x)
