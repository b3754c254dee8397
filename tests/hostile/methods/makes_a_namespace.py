"""Makes a user namespace, in which it would be root.

Expected: harmless.
"""

import ctypes
import os
import subprocess
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        libc = ctypes.CDLL(None, use_errno=True)
        for flags in (0x10000000, 0x00020000, 0x40000000, 0x20000000, 0x02000000, 0x80):
            if libc.unshare(flags) == 0:
                print("GOT THROUGH unshare", hex(flags))
            pid = libc.syscall(56, flags | 17, 0, 0, 0, 0)
            if pid == 0:
                os._exit(0)
            if pid > 0 and flags != 0x80:
                print("GOT THROUGH clone", hex(flags))
            structure = (ctypes.c_uint64 * 8)(flags, 0, 0, 0, 17, 0, 0, 0)
            pid = libc.syscall(435, structure, 64)
            if pid == 0:
                os._exit(0)
            if pid > 0:
                print("GOT THROUGH clone3", hex(flags))
        print(subprocess.run(["/usr/bin/unshare", "-r", "id"], capture_output=True))
        return np.nan_to_num(x)
