"""Opens the evaluator's ends of its pipes, shrinks them and asks for signals about them.

Expected: harmless.
"""

import fcntl
import os

import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        for number in os.listdir("/proc/self/fd"):
            try:
                if os.readlink(f"/proc/self/fd/{number}").startswith("pipe:"):
                    fcntl.fcntl(int(number), fcntl.F_SETPIPE_SZ, 4096)
                    fcntl.fcntl(int(number), fcntl.F_SETOWN, 1)
                    fcntl.fcntl(int(number), fcntl.F_SETFL, os.O_ASYNC)
                    self.kept = os.open(f"/proc/self/fd/{number}", os.O_RDWR)
            except OSError as error:
                print(error)
        return np.nan_to_num(x)
