"""Reads the memory of every process by number.

Expected: harmless.
"""

import ctypes
import os
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        libc = ctypes.CDLL(None, use_errno=True)
        for pid in range(1, 400):
            if pid == os.getpid():
                continue
            for path in (f"/proc/{pid}/mem", f"/proc/{pid}/task/{pid}/mem", f"/proc/{pid}/maps"):
                try:
                    file = open(path, "rb")
                    print("GOT THROUGH", path, file)
                except OSError:
                    pass
            buffer = ctypes.create_string_buffer(64)
            vector = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 64)
            if libc.syscall(310, pid, vector, 1, vector, 1, 0) >= 0:
                print("GOT THROUGH process_vm_readv", pid)
        return np.nan_to_num(x)
