"""Kills every process that it may signal.

Expected: harmless.
"""

import os
import signal
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        try:
            os.kill(-1, signal.SIGKILL)
        except OSError as error:
            print(error)
        for pid in range(1, 400):
            if pid != os.getpid():
                try:
                    os.kill(pid, signal.SIGKILL)
                except OSError:
                    pass
        return np.nan_to_num(x)
